/** A program that speaks JSON over the socket. */
import { SocketClient } from './socket-client.mjs'
import { Voice } from './voice.mjs'

/** An open socket of a program, in one room. */
export class ProgramVoice extends Voice {
  #roomId
  #userId

  constructor(socket, roomId, userId) {
    super(socket)
    this.#roomId = roomId
    this.#userId = userId
  }

  /**
   * Opens the socket of a program and joins the room.
   * @param {URL} url of the server
   * @param {string} roomId
   * @param {import('./people.mjs').Person} person
   */
  static async open(url, roomId, { id, token }) {
    const headers = { 'sec-websocket-protocol': 'ephemeral-chat.v1.json', authorization: `Bearer ${token}` }
    const socket = await SocketClient.open(new URL(`/ws?room=${roomId}`, url), { headers })
    return new ProgramVoice(socket, roomId, id)
  }

  sendText(content, number) {
    const fields = { roomId: this.#roomId, content, nonce: `n${number}`, ref: number }
    this.say('send', JSON.stringify({ type: 'message:send', ...fields }))
  }

  reportSeen({ id }) {
    this.#report('seen', id)
  }

  take(text) {
    const frame = JSON.parse(text)
    if (frame.type === 'message:new' && frame.senderId !== this.#userId) {
      const { id, content } = frame
      this.#report('delivered', id)
      if (content.startsWith('life-')) this.onShown(Number.parseInt(content.slice(5), 10), { id })
    } else if (frame.type === 'message:statusUpdated' && this.awaited.has(frame.messageId)) {
      this.onStatus(frame.messageId, frame.status)
    } else if (frame.type === 'reply' && !frame.ok) throw new Error(`A frame was refused: ${text}`)
  }

  #report(status, messageId) {
    this.say(status, JSON.stringify({ type: 'message:status', roomId: this.#roomId, messageId, status }))
  }
}
