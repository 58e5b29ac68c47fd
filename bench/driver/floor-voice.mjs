/**
 * A client of bench/peers/floor.mjs. A frame is a letter for its kind and eight digits for the message, filled up to the
 * length that the product's frame of that kind had.
 */
import { SocketClient } from './socket-client.mjs'
import { Voice } from './voice.mjs'

const letters = { send: 's', delivered: 'd', seen: 'v' }

/** A connected client. */
export class FloorVoice extends Voice {
  #lengths

  constructor(socket, lengths) {
    super(socket)
    this.#lengths = lengths
  }

  /**
   * @param {URL} url of the server
   * @param {number} pair the two of a pair get each other's frames
   * @param {Record<string, number>} lengths of the frames that a client sends, by kind
   */
  static async open(url, pair, lengths) {
    return new FloorVoice(await SocketClient.open(new URL(`/?pair=${pair}`, url)), lengths)
  }

  sendText(_content, number) {
    this.#send('send', String(number).padStart(8, '0'))
  }

  reportSeen({ id }) {
    this.#send('seen', id)
  }

  take(text) {
    const [letter] = text
    const id = text.slice(1, 9)
    if (letter === 'N') {
      this.#send('delivered', id)
      this.onShown(Number(id), { id })
    } else if ((letter === 'D' || letter === 'V') && this.awaited.has(id)) {
      this.onStatus(id, letter === 'D' ? 'delivered' : 'seen')
    }
  }

  #send(kind, id) {
    this.say(kind, (letters[kind] + id).padEnd(this.#lengths[kind], 'x'))
  }
}
