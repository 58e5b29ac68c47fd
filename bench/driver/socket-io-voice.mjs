/** A client of bench/peers/socket-io.mjs: the protocol of Engine.IO 4 and Socket.IO 5, over the same light socket. */
import { SocketClient } from './socket-client.mjs'
import { Voice } from './voice.mjs'

/** A connected client in one room. */
export class SocketIoVoice extends Voice {
  #socket
  #roomId
  #userId
  #onJoined

  constructor(socket, roomId, { id, token }, onJoined) {
    super(socket)
    this.#socket = socket
    this.#roomId = roomId
    this.#userId = id
    this.#onJoined = onJoined
    socket.send(`40${JSON.stringify({ token })}`)
  }

  /**
   * Connects and joins the room.
   * @param {URL} url of the server
   * @param {string} roomId
   * @param {{ id: string, token: string }} person
   */
  static async open(url, roomId, person) {
    const socket = await SocketClient.open(new URL('/socket.io/?EIO=4&transport=websocket', url))
    return new Promise(resolve => {
      const voice = new SocketIoVoice(socket, roomId, person, () => resolve(voice))
    })
  }

  sendText(content, number) {
    const fields = { roomId: this.#roomId, content, nonce: `n${number}` }
    // The number is that of the answer, too; 0 was the join's.
    this.say('send', `42${number + 1}["message:send",${JSON.stringify(fields)}]`)
  }

  reportSeen({ id }) {
    this.#report('seen', id)
  }

  take(text) {
    if (text === '2') this.#socket.send('3')
    else if (text.startsWith('40')) {
      this.#socket.send(`420["room:join",${JSON.stringify({ roomId: this.#roomId })}]`)
    } else if (text.startsWith('430[')) this.#onJoined()
    else if (text.startsWith('42')) this.#takeEvent(JSON.parse(text.slice(2)))
  }

  #takeEvent([name, event]) {
    if (name === 'message:new' && event.senderId !== this.#userId) {
      this.#report('delivered', event.id)
      this.onShown(Number.parseInt(event.content.slice(5), 10), { id: event.id })
    } else if (name === 'message:statusUpdated' && this.awaited.has(event.messageId)) {
      this.onStatus(event.messageId, event.status)
    }
  }

  #report(status, messageId) {
    this.say(status, `42${JSON.stringify(['message:status', { roomId: this.#roomId, messageId, status }])}`)
  }
}
