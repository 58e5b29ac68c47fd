import fc, { type Arbitrary } from 'fast-check'

/** What an attacker does with a connection. */
export interface BadConnection {
  /** What they send, each part as its own packet. */
  readonly packets: readonly Buffer[]
  /** How they read. */
  readonly reading: 'all' | 'trickle' | 'nothing'
  /** How the connection ends: by a reset, by closing their half and waiting, or by closing it. */
  readonly ending: 'reset' | 'half' | 'close'
  /** What is between the last packet and the end: milliseconds, or time enough for the server to have read it. */
  readonly wait: number | 'until read'
}

/** A member who opens bad connections. */
export interface BadMember {
  readonly token: string
  readonly cookie: string
  readonly chat: string
}

const host = 'Host: localhost\r\n'
const form = 'Content-Type: application/x-www-form-urlencoded\r\n'
const request = (line: string, headers = '', body = '') =>
  Buffer.from(`${line} HTTP/1.1\r\n${host}${headers}\r\n${body}`)
const upgrade = (path: string, protocol: string, headers = '') =>
  request(`GET ${path}`, `Connection: Upgrade\r\nUpgrade: ${protocol}\r\n${headers}`)
const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n'

/** Complete requests of every kind that the HTTP server must tell apart. */
const requests = [
  request('GET /health'),
  request('GET /login', 'Accept-Encoding: gzip\r\n'),
  request('HEAD /login'),
  request('GET /nowhere', 'Connection: close\r\n'),
  request('GET /static/icons/icon.svg', 'Range: bytes=5-2\r\n'),
  request('GET /chats/events', 'HX-Request: true\r\n'),
  request('GET /health', 'Content-Length: 5\r\n', 'extra'),
  request('POST /login', `${form}Content-Length: 7\r\n`, 'email=a'),
  request('POST /login', `${form}Expect: 100-continue\r\nContent-Length: 7\r\n`, 'email=a'),
  request('POST /login', `${form}Expect: miracles\r\nContent-Length: 7\r\n`, 'email=a'),
  request('POST /login', `${form}Content-Length: 20000\r\n`, 'x'.repeat(20_000)),
  request('POST /login', `${form}Content-Length: 1000000\r\n`, 'x'),
  request('POST /login', `${form}Transfer-Encoding: chunked\r\n`, `${'1\r\nx\r\n'.repeat(500)}0\r\n\r\n`),
  request('POST /chats', `${form}Transfer-Encoding: chunked\r\n`, 'ffff\r\nuserId=a'),
  request(
    'POST /chats/a/messages',
    'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 99\r\n',
    '--b\r\n',
  ),
  request('POST /api/auth/login', 'Content-Type: application/json\r\nContent-Length: 9\r\n', '{"email":'),
  request(
    'POST /api/images/upload',
    'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9\r\n',
    '--b\r\n',
  ),
  request('POST /health', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
  request('CONNECT localhost:1'),
  request('OPTIONS *'),
  upgrade('/health', 'h2c'),
  upgrade('/ws', 'websocket', key),
  upgrade('/ws?room=a', 'websocket', key.replace('13', '12')),
  upgrade('/nowhere', 'websocket', key),
  Buffer.from('GET / HTTP/0.9\r\n\r\n'),
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
]

/** Requests of a member's page: forms and pictures that end too soon, and event streams, behind which pipelined ones wait. */
function requestsOfMember(cookie: string, chat: string): Buffer[] {
  const identity = `Cookie: ${cookie}\r\n`
  const multipart = `${identity}Content-Type: multipart/form-data; boundary=b\r\n`
  const field = `--b\r\nContent-Disposition: form-data; name="content"\r\n\r\n${'x'.repeat(100_000)}\r\n`
  const file = '--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
  const long = 'Content-Length: 1000000\r\n'
  return [
    request(`GET ${chat}`, identity),
    request(`GET ${chat}/events`, identity),
    request('GET /chats/events', identity),
    request(`POST ${chat}/messages`, `${identity}${form}Content-Length: 9\r\n`, 'content=a'),
    request(`POST ${chat}/messages`, `${identity}${form}${long}`, `content=${'x'.repeat(100_000)}`),
    request(`POST ${chat}/frames`, `${identity}${form}${long}`, `type=${'x'.repeat(20_000)}`),
    request('POST /chats/frames', `${identity}${form}Transfer-Encoding: chunked\r\n`, 'ffff\r\ntype=typing'),
    request(`POST ${chat}/messages`, multipart + long, field.repeat(5)),
    request(`POST ${chat}/images`, multipart + long, `${field}${file}its first bytes`),
    request(`POST ${chat}/images`, `${multipart}Content-Length: ${file.length + 9}\r\n`, `${file}--b--\r\nab`),
  ]
}

/** A WebSocket frame, wrong in the ways that are asked for. Source: RFC 6455, 5.2. */
function frame(opcode: number, payload: Buffer, { fin = true, rsv = 0, masked = true, claimed = payload.length }) {
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode
  const short = claimed < 126
  const head = Buffer.alloc(short ? 2 : 4)
  head.writeUInt8(first, 0)
  head.writeUInt8((masked ? 0x80 : 0) | (short ? claimed : 126), 1)
  if (!short) head.writeUInt16BE(Math.min(claimed, 65_535), 2)
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([head, masked ? Buffer.alloc(4) : Buffer.alloc(0), payload])
}

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map(array => Buffer.from(array))
const rightFrame = (opcode: number, payload: Arbitrary<Buffer>) => payload.map(data => frame(opcode, data, {}))

/** What is sent over an open WebSocket: mostly control frames, right and wrong. */
const frames = fc.oneof(
  rightFrame(0x9, bytes(125)),
  rightFrame(0xa, bytes(125)),
  rightFrame(
    0x1,
    fc.constantFrom('{"type":"typing:start","roomId":"a"}', '{', '').map(text => Buffer.from(text)),
  ),
  // A fragmented text, with a control frame between its fragments.
  fc
    .tuple(bytes(50), bytes(50))
    .map(([first, rest]) =>
      Buffer.concat([frame(0x1, first, { fin: false }), frame(0x9, rest, {}), frame(0x0, rest, { fin: true })]),
    ),
  fc.constantFrom(1000, 1001, 1005, 1006, 4404, 65_535, 0).map(code => {
    const payload = Buffer.alloc(2)
    payload.writeUInt16BE(code)
    return frame(0x8, payload, {})
  }),
  fc
    .record({
      opcode: fc.nat({ max: 15 }),
      payload: bytes(300),
      fin: fc.boolean(),
      rsv: fc.nat({ max: 7 }),
      masked: fc.boolean(),
      claimed: fc.nat({ max: 70_000 }),
    })
    .map(({ opcode, payload, ...rest }) => frame(opcode, payload, rest)),
  rightFrame(0x9, bytes(8)).map(ping => Buffer.concat(Array.from({ length: 200 }, () => ping))),
  rightFrame(0xa, bytes(8)).map(pong => Buffer.concat(Array.from({ length: 200 }, () => pong))),
  bytes(200),
)

/** Cuts bytes into packets; each cut is given as a share of their length. */
function cut(sent: Buffer, shares: readonly number[]): Buffer[] {
  const places = [0, ...shares.map(share => Math.floor(share * sent.length)), sent.length].sort((a, b) => a - b)
  return places.slice(1).map((end, index) => sent.subarray(places[index], end))
}

/**
 * Generates connections of strangers and of a member: pipelined requests, whole or cut off at any byte, and WebSockets with
 * frames of every kind. They read or do not, and end in every way.
 * @param member their program's token, their page's cookie and the path of their chat
 */
export function badConnections({ token, cookie, chat }: BadMember): Arbitrary<BadConnection> {
  const open = upgrade(
    '/ws',
    'websocket',
    `${key}Authorization: Bearer ${token}\r\nSec-WebSocket-Protocol: ephemeral-chat.v1.json\r\n`,
  )
  const pipelined = fc.array(fc.constantFrom(...requests, ...requestsOfMember(cookie, chat)), {
    minLength: 1,
    maxLength: 20,
  })
  const spoken = fc.array(frames, { minLength: 1, maxLength: 20 }).map(said => [open, ...said])
  const said = fc.oneof(pipelined, spoken).map(parts => Buffer.concat(parts))
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  return fc
    .record({
      said,
      kept: fc.oneof(fc.constant(1), share),
      shares: fc.array(share, { maxLength: 3 }),
      reading: fc.constantFrom('all', 'trickle', 'nothing'),
      ending: fc.constantFrom('reset', 'reset', 'half', 'close'),
      // Most waits are too short for an answer.
      wait: fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 20 }), fc.constant('until read')),
    })
    .map(({ said, kept, shares, ...rest }) => ({
      ...rest,
      packets: cut(said.subarray(0, Math.ceil(kept * said.length)), shares),
    }))
}
