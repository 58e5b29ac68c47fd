import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Channel, OnTaken, OnTextsTaken, Part } from './write-queue.js'
import type { WriteTurns } from './write-turns.js'

/** What is used of a WebSocket. */
export type FrameSocket = Pick<WebSocket, 'readyState' | 'OPEN' | 'bufferedAmount' | 'send' | 'terminate'>

/** The first byte of a text frame that is a whole message. Source: RFC 6455, section 5.2 */
const wholeText = 0x81
/** The longest lengths that the second byte, and two bytes after it, can hold. */
const [longestShort, longestMedium] = [125, 65_535]
const [mediumFollows, longFollows] = [126, 127]

/**
 * Writes messages to a WebSocket's stream, those of one turn of the event loop in one write. `WebSocket.send` writes each by
 * itself and in two pieces, which costs a multiple of what all else does. Source: docs/performance.md
 */
export class FrameWriter implements Channel {
  readonly #socket: FrameSocket
  readonly #stream: Pick<Duplex, 'write'>
  readonly #turns: WriteTurns
  /** The frames of this turn, a character for each byte. */
  #frames = ''
  #texts = 0
  #bytes = 0
  #onTaken: OnTextsTaken = () => {}

  /** @param stream that of the socket, to which it must write nothing between the parts of a message */
  constructor(socket: FrameSocket, stream: Pick<Duplex, 'write'>, turns: WriteTurns) {
    this.#socket = socket
    this.#stream = stream
    this.#turns = turns
  }

  /** Those that wait for the end of this turn are not sent yet, and count too. */
  get bufferedBytes(): number {
    return this.#socket.bufferedAmount + this.#frames.length
  }

  /** Writes a text as one message. `onTaken` is called once for all texts of a turn. */
  send(text: string, bytes: number, _state: string | undefined, onTaken: OnTextsTaken): void {
    if (this.#frames === '') this.#turns.gather(this)
    // A text without a character above U+007F is as long in bytes as in UTF-16 units, and its bytes are its characters.
    this.#frames += headerOf(bytes) + (bytes === text.length ? text : Buffer.from(text).toString('latin1'))
    this.#texts += 1
    this.#bytes += bytes
    this.#onTaken = onTaken
  }

  sendPart({ text, isLast }: Part, onTaken: OnTaken): void {
    // The parts of a long text follow each other as they are taken.
    this.flush()
    this.#socket.send(text, { fin: isLast }, onTaken)
  }

  cut(): void {
    this.#socket.terminate()
  }

  /** Hands over what waits; to a socket that is closing or closed, nothing. */
  flush(): void {
    const frames = this.#frames
    if (frames === '') return
    const texts = this.#texts
    const bytes = this.#bytes
    this.#frames = ''
    this.#texts = 0
    this.#bytes = 0
    if (this.#socket.readyState !== this.#socket.OPEN) return
    // What is called then must not hold the texts: a message in them may expire before they are taken.
    this.#stream.write(frames, 'latin1', () => this.#onTaken(texts, bytes))
  }
}

/** What stands before a message of so many bytes, a character for each byte. A server masks nothing. */
function headerOf(bytes: number): string {
  if (bytes <= longestShort) return String.fromCharCode(wholeText, bytes)
  if (bytes <= longestMedium) return String.fromCharCode(wholeText, mediumFollows, bytes >> 8, bytes & 0xff)
  const length = Buffer.alloc(8)
  length.writeUIntBE(bytes, 2, 6)
  return String.fromCharCode(wholeText, longFollows) + length.toString('latin1')
}
