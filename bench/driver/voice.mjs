/** What the clients of all contenders have in common: a page, a program, and those of the peers. */
export class Voice {
  /** Called with the number of a message of the other's that was shown, and what `reportSeen` needs of it. */
  onShown = (_number, _message) => {}
  /** Called with the id of an awaited message and its status, `delivered` or `seen`. */
  onStatus = (_id, _status) => {}
  /** Called with each frame that came and its length in bytes. */
  onFrame = (_text, _bytes) => {}
  /** Called with the kind of each frame that was sent, `send`, `delivered` or `seen`, and its length in bytes. */
  onSent = (_kind, _bytes) => {}
  /** The ids of own messages whose ticks are awaited. */
  awaited = new Set()
  #socket
  /** The delivered reports that are held back, or null. */
  #held = null

  /** @param {import('./socket-client.mjs').SocketClient} socket */
  constructor(socket) {
    this.#socket = socket
    socket.onText = (text, bytes) => {
      this.onFrame(text, bytes)
      this.take(text)
    }
  }

  set onClose(called) {
    this.#socket.onClose = called
  }

  /** Sends a frame of this kind. */
  say(kind, text) {
    if (kind === 'delivered' && this.#held) this.#held.push(text)
    else this.onSent(kind, this.#socket.send(text))
  }

  /** Holds delivered reports back until the returned function is called. */
  hold() {
    this.#held = []
    return () => {
      const held = this.#held ?? []
      this.#held = null
      for (const text of held) this.say('delivered', text)
    }
  }

  cut() {
    this.#socket.cut()
  }
}
