/**
 * A WebSocket client that costs little: the driver must not be what a benchmark measures. It masks with zeros, which the
 * protocol allows, and keeps nothing of what it read.
 */
import { once } from 'node:events'
import { connect } from 'node:net'

const headerEnd = Buffer.from('\r\n\r\n')
const opcodes = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 }

/** Writes one frame from client to server. */
function encode(opcode, payload) {
  const { length } = payload
  const head = length < 126 ? 6 : 8
  if (length > 65_535) throw new Error('The bench sends no frame this long')
  const frame = Buffer.allocUnsafe(head + length)
  frame[0] = 0x80 | opcode
  frame[1] = 0x80 | Math.min(length, 126)
  if (length >= 126) frame.writeUInt16BE(length, 2)
  frame.writeUInt32BE(0, head - 4)
  payload.copy(frame, head)
  return frame
}

/** An open WebSocket. */
export class SocketClient {
  /** Called with the text of each frame, as Latin-1, and its length in bytes. */
  onText = (_text, _bytes) => {}
  /** Called once when it has closed, with the close code; 1006 if the server named none. */
  onClose = _code => {}
  #socket
  #rest = null
  #pieces = []
  #closeCode = 1006

  /**
   * @param {import('node:net').Socket} socket after its handshake
   * @param {Buffer} first what came behind the handshake
   */
  constructor(socket, first) {
    this.#socket = socket
    socket.on('data', data => this.#read(data))
    socket.on('close', () => this.onClose(this.#closeCode))
    if (first.length === 0) return
    // What came behind the handshake is read once the caller has set its handlers, or together with what comes next.
    this.#rest = first
    setImmediate(() => this.#read(Buffer.alloc(0)))
  }

  /**
   * Opens a socket. Throws if the server does not accept it.
   * @param {URL} url where
   * @param {{ headers?: Record<string, string>, localAddress?: string }} options `localAddress` spreads many sockets over
   *   several addresses of the loopback, each of which has 28,000 ports
   */
  static async open(url, { headers = {}, localAddress } = {}) {
    const socket = connect({ port: Number(url.port), host: '127.0.0.1', localAddress })
    socket.setNoDelay(true)
    // What went wrong is told by the handshake below, and later by `onClose`.
    socket.on('error', () => {})
    const lines = {
      host: url.host,
      connection: 'Upgrade',
      upgrade: 'websocket',
      origin: `http://${url.host}`,
      'sec-websocket-version': '13',
      'sec-websocket-key': 'ZXBoZW1lcmFsLWJlbmNoIQ==',
      ...headers,
    }
    const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\n${head.join('')}\r\n`)
    let answer = Buffer.alloc(0)
    while (!answer.includes(headerEnd)) {
      const ending = new AbortController()
      const { signal } = ending
      try {
        const ended = once(socket, 'close', { signal }).then(() => Promise.reject(new Error('The handshake was cut')))
        const [data] = await Promise.race([once(socket, 'data', { signal }), ended])
        answer = Buffer.concat([answer, data])
      } finally {
        ending.abort()
      }
    }
    const status = answer.latin1Slice(9, 12)
    if (status !== '101') {
      socket.destroy()
      throw new Error(`The handshake of ${url.pathname} was answered with ${status}`)
    }
    return new SocketClient(socket, answer.subarray(answer.indexOf(headerEnd) + headerEnd.length))
  }

  /** Sends a text and returns its length in bytes. */
  send(text) {
    const payload = Buffer.from(text)
    this.#socket.write(encode(opcodes.text, payload))
    return payload.length
  }

  /** Ends it as a network that is lost does: without a close frame, and leaving no port in TIME_WAIT. */
  cut() {
    this.#socket.resetAndDestroy()
  }

  #read(data) {
    const bytes = this.#rest ? Buffer.concat([this.#rest, data]) : data
    this.#rest = null
    let at = 0
    while (bytes.length - at >= 2) {
      let length = bytes[at + 1] & 0x7f
      let start = at + 2
      if (length === 126) {
        if (bytes.length < at + 4) break
        length = bytes.readUInt16BE(at + 2)
        start = at + 4
      } else if (length === 127) {
        if (bytes.length < at + 10) break
        length = Number(bytes.readBigUInt64BE(at + 2))
        start = at + 10
      }
      const end = start + length
      if (bytes.length < end) break
      this.#take(bytes[at], bytes, start, end)
      at = end
    }
    if (at < bytes.length) this.#rest = Buffer.from(bytes.subarray(at))
  }

  #take(first, bytes, start, end) {
    const opcode = first & 0x0f
    if (opcode === opcodes.ping) this.#socket.write(encode(opcodes.pong, bytes.subarray(start, end)))
    else if (opcode === opcodes.close && end - start >= 2) this.#closeCode = bytes.readUInt16BE(start)
    if (opcode !== opcodes.text && opcode !== opcodes.continuation) return
    const isLast = (first & 0x80) !== 0
    if (isLast && this.#pieces.length === 0) return this.onText(bytes.latin1Slice(start, end), end - start)
    this.#pieces.push(bytes.latin1Slice(start, end))
    if (!isLast) return
    const text = this.#pieces.splice(0).join('')
    this.onText(text, text.length)
  }
}
