// Long because all attacks stand side by side, with the few helpers that they share.

/**
 * Attacks of strangers and hostile members. Each has a bounded number of connections, opens them at a bounded rate and ends
 * by a signal. Plain JavaScript, because it runs in a process of its own.
 */
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const kibibyte = 1024
const formBytes = 1024 * kibibyte
/** A trickling reader takes this much at a time, this often: more than the minimum pace of the server. */
const trickleBytes = 4 * kibibyte
const trickleMs = 500
/** How often a connection that reads nothing writes something: only a write shows that it was cut. */
const probeMs = 2000
const pongsAtOnce = 20_000
const pongsEveryMs = 10
/** As many sockets as a person may hold, each as fast as it may be: 50 frames a second. */
const floodSockets = 50
const framesAtOnce = 5
const framesEveryMs = 100

/** The headers of a WebSocket handshake. */
const upgrade = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
]
/** An empty pong, masked by zeroes as a client's frame must be. Source: RFC 6455, 5.5.3. */
const pong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0])

/**
 * @typedef {object} Target
 * @property {string} url where the server listens
 * @property {{ cookie: string, token: string }[]} members the two people of the full room
 * @property {string} roomId the full room
 *
 * @typedef {object} Count
 * @property {number} opened connections
 * @property {number} closed connections that the server closed, or lost when it died
 * @property {number} bytes that were read
 */

const head = (url, line, headers) =>
  `${[line, `Host: ${new URL(url).host}`, ...headers].map(text => `${text}\r\n`).join('')}\r\n`

const portOf = url => Number(new URL(url).port)

/**
 * Keeps `count` connections open until the signal aborts. One that is closed is opened again, at most every `againMs`.
 * @param {(index: number) => import('node:net').Socket} open
 */
async function keepConnections({ count, againMs, signal }, counts, open) {
  const keep = async index => {
    while (!signal.aborted) {
      const openedAt = Date.now()
      const socket = open(index)
      counts.opened += 1
      const end = () => socket.destroy()
      signal.addEventListener('abort', end)
      await new Promise(resolve => socket.on('error', () => {}).once('close', resolve))
      signal.removeEventListener('abort', end)
      if (!signal.aborted) counts.closed += 1
      await delay(Math.max(0, openedAt + againMs - Date.now()), null, { signal }).catch(() => {})
    }
  }
  await Promise.all(Array.from({ length: count }, (_, index) => keep(index)))
}

/** Calls `work` every `everyMs` until the socket is closed. */
function repeat(socket, everyMs, work) {
  const timer = setInterval(work, everyMs)
  socket.once('close', () => clearInterval(timer))
}

/** Sockets of pages and of programs in turn that read their catch-up of the full room a few kB at a time. */
async function trickle({ url, members, roomId }, signal, counts) {
  const open = index => {
    const { cookie, token } = members[(index >> 1) % members.length]
    const isProgram = index % 2 === 1
    const socket = connect({
      port: portOf(url),
      host: '127.0.0.1',
      onread: {
        buffer: Buffer.alloc(trickleBytes),
        callback(length) {
          counts.bytes += length
          return false
        },
      },
    })
    const identity = isProgram
      ? [`Authorization: Bearer ${token}`, 'Sec-WebSocket-Protocol: ephemeral-chat.v1.json']
      : [`Cookie: ${cookie}`]
    socket.write(head(url, `GET /ws?room=${roomId} HTTP/1.1`, [...upgrade, ...identity]))
    repeat(socket, trickleMs, () => socket.resume())
    // Sends pongs without having read the pings, which wait behind the catch-up: the server must take it for alive.
    repeat(socket, 5000, () => socket.write(pong))
    return socket
  }
  await keepConnections({ count: 30, againMs: 2000, signal }, counts, open)
}

/** Sends requests and does not read the answers. */
async function leaveUnread({ url }, signal, counts, count, path, identify) {
  const open = index => {
    const socket = connect(portOf(url), '127.0.0.1')
    socket.pause()
    socket.write(head(url, `GET ${path} HTTP/1.1`, ['Connection: close', identify(index)]))
    // The server ignores an empty line before a request. Source: RFC 9112, 2.2.
    repeat(socket, probeMs, () => socket.write('\r\n'))
    return socket
  }
  await keepConnections({ count, againMs: 3000, signal }, counts, open)
}

async function leavePagesUnread(target, signal, counts) {
  const { members, roomId } = target
  const identify = index => `Cookie: ${members[index % members.length].cookie}`
  await leaveUnread(target, signal, counts, 60, `/chats/${roomId}`, identify)
}

async function leaveApiUnread(target, signal, counts) {
  const { members, roomId } = target
  const identify = index => `Authorization: Bearer ${members[index % members.length].token}`
  await leaveUnread(target, signal, counts, 65, `/api/chat/rooms/${roomId}/messages`, identify)
}

/** Sends POST requests whose last bytes never come. */
async function leaveUnfinished({ url }, signal, counts, count, bytesOf) {
  const open = index => {
    const socket = connect(portOf(url), '127.0.0.1')
    socket.on('data', ({ length }) => {
      counts.bytes += length
    })
    socket.write(bytesOf(index))
    return socket
  }
  await keepConnections({ count, againMs: 10_000, signal }, counts, open)
}

const formHeaders = ['Content-Type: application/x-www-form-urlencoded', `Content-Length: ${formBytes}`]
const formBody = `email=${'a'.repeat(formBytes - 64)}`

/** Forms of a mebibyte, by strangers. */
async function leaveFormsUnfinished(target, signal, counts) {
  const bytes = Buffer.from(head(target.url, 'POST /login HTTP/1.1', formHeaders) + formBody)
  await leaveUnfinished(target, signal, counts, 600, () => bytes)
}

/** Forms of a mebibyte by members, in turn to where people type and to where pages post by themselves. */
async function leaveMembersFormsUnfinished(target, signal, counts) {
  const { url, members, roomId } = target
  const bytesOf = index => {
    const path = `/chats/${roomId}/${index % 2 === 0 ? 'messages' : 'frames'}`
    const cookie = `Cookie: ${members[(index >> 1) % members.length].cookie}`
    return head(url, `POST ${path} HTTP/1.1`, [cookie, ...formHeaders]) + formBody
  }
  await leaveUnfinished(target, signal, counts, 30, bytesOf)
}

/** Multipart forms with a mebibyte of text in each of eleven fields, where a picture is expected. */
async function leaveFieldsUnfinished(target, signal, counts) {
  const { url, members, roomId } = target
  const field = index =>
    `--b\r\nContent-Disposition: form-data; name="f${index}"\r\n\r\n${'a'.repeat(formBytes - 200)}\r\n`
  const fields = Buffer.from(Array.from({ length: 11 }, (_, index) => field(index)).join(''))
  const headers = ['Content-Type: multipart/form-data; boundary=b', `Content-Length: ${12 * formBytes}`]
  const bytesOf = index => {
    const cookie = `Cookie: ${members[index % members.length].cookie}`
    return Buffer.concat([
      Buffer.from(head(url, `POST /chats/${roomId}/images HTTP/1.1`, [cookie, ...headers])),
      fields,
    ])
  }
  await leaveUnfinished(target, signal, counts, 6, bytesOf)
}

/** Opens connections that send something and are reset, each at a different moment of the first milliseconds. */
async function reset({ url, forMs, resets }, signal, counts, bytesOf) {
  const resetOne = async index => {
    const socket = connect(portOf(url), '127.0.0.1').on('error', () => {})
    counts.opened += 1
    const closed = new Promise(resolve => socket.once('close', resolve))
    await new Promise(resolve => socket.once('connect', resolve).once('close', resolve))
    await new Promise(resolve => socket.write(bytesOf(index), resolve))
    if (index % 8 > 0) await delay(index % 8)
    socket.resetAndDestroy()
    await closed
  }
  const startedAt = Date.now()
  const running = []
  for (let index = 0; index < resets && !signal.aborted; index += 1) {
    running.push(resetOne(index))
    const nextAt = startedAt + ((index + 1) * forMs) / resets
    await delay(Math.max(0, nextAt - Date.now()), null, { signal }).catch(() => {})
  }
  await Promise.all(running)
}

const plainRequest = url => head(url, 'GET /health HTTP/1.1', [])
const h2cRequest = url => head(url, 'GET /health HTTP/1.1', ['Connection: Upgrade', 'Upgrade: h2c'])
const socketRequest = url => head(url, 'GET /ws HTTP/1.1', upgrade)

const resetTwoUpgrades = (target, signal, counts) =>
  reset(target, signal, counts, () => h2cRequest(target.url).repeat(2))
const resetLateH2c = (target, signal, counts) =>
  reset(target, signal, counts, () => plainRequest(target.url) + h2cRequest(target.url))
const resetLateSocket = ({ url, ...target }, signal, counts) =>
  reset({ url, ...target }, signal, counts, index => {
    const between = index % 2 === 0 ? '' : h2cRequest(url)
    return plainRequest(url) + between + socketRequest(url)
  })

/** Event streams that are reset as they open. */
const resetStreams = (target, signal, counts) =>
  reset(target, signal, counts, index => {
    const { cookie } = target.members[index % target.members.length]
    return head(target.url, `GET /chats/${target.roomId}/events HTTP/1.1`, [`Cookie: ${cookie}`, 'HX-Request: true'])
  })

/** Pictures that are pipelined behind an event stream, and reset while they wait. */
const resetUploads = (target, signal, counts) =>
  reset(target, signal, counts, index => {
    const { cookie } = target.members[index % target.members.length]
    const stream = head(target.url, `GET /chats/${target.roomId}/events HTTP/1.1`, [`Cookie: ${cookie}`])
    const headers = [`Cookie: ${cookie}`, 'Content-Type: multipart/form-data; boundary=b', 'Content-Length: 9999']
    const part = '--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\na'
    return stream + head(target.url, `POST /chats/${target.roomId}/images HTTP/1.1`, headers) + part
  })

/** One socket that sends pongs nobody asked for, as fast as the server reads: two million a second at most. */
async function pongUnasked({ url, members }, signal, counts) {
  const pongs = Buffer.concat(Array.from({ length: pongsAtOnce }, () => pong))
  const open = () => {
    const socket = connect(portOf(url), '127.0.0.1')
    socket.on('data', ({ length }) => {
      counts.bytes += length
    })
    socket.write(head(url, 'GET /ws HTTP/1.1', [...upgrade, `Cookie: ${members[0].cookie}`]))
    repeat(socket, pongsEveryMs, () => socket.writableNeedDrain || socket.write(pongs))
    return socket
  }
  await keepConnections({ count: 1, againMs: 1000, signal }, counts, open)
}

/** A client's text frame, masked by zeroes. Source: RFC 6455, 5.2. */
function textFrame(text) {
  const payload = Buffer.from(text)
  const header = Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 0xff, 0, 0, 0, 0])
  return Buffer.concat([header, payload])
}

/** Sockets of one member that send the same frame again and again, each as fast as it may. */
async function flood({ url }, signal, counts, { path, headers, text }) {
  const frames = Buffer.concat(Array.from({ length: framesAtOnce }, () => textFrame(text)))
  const open = () => {
    const socket = connect(portOf(url), '127.0.0.1')
    socket.on('data', ({ length }) => {
      counts.bytes += length
    })
    socket.write(head(url, `GET ${path} HTTP/1.1`, [...upgrade, ...headers]))
    repeat(socket, framesEveryMs, () => socket.writableNeedDrain || socket.write(frames))
    return socket
  }
  await keepConnections({ count: floodSockets, againMs: 2000, signal }, counts, open)
}

/** A program whose frames have thousands of meaningless fields. */
async function sendManyParts(target, signal, counts) {
  const parts = Array.from({ length: 3300 }, (_, index) => `"k${index}":0`).join()
  const headers = [`Authorization: Bearer ${target.members[0].token}`, 'Sec-WebSocket-Protocol: ephemeral-chat.v1.json']
  const text = `{"type":"typing:start","roomId":"${target.roomId}",${parts}}`
  await flood(target, signal, counts, { path: '/ws', headers, text })
}

/** Pages that send long messages, nearly all of which are refused and given back. */
async function sendTooMany(target, signal, counts) {
  const text = JSON.stringify({ type: 'message:send', content: '"'.repeat(5000), nonce: 'again' })
  const headers = [`Cookie: ${target.members[1].cookie}`]
  await flood(target, signal, counts, { path: `/ws?room=${target.roomId}`, headers, text })
}

/** The attacks by name. @type {Record<string, (target: Target, signal: AbortSignal, counts: Count) => Promise<void>>} */
export const attacks = {
  readers: trickle,
  pages: leavePagesUnread,
  reads: leaveApiUnread,
  forms: leaveFormsUnfinished,
  'forms-of-members': leaveMembersFormsUnfinished,
  fields: leaveFieldsUnfinished,
  'two-upgrades': resetTwoUpgrades,
  'late-h2c': resetLateH2c,
  'late-websocket': resetLateSocket,
  streams: resetStreams,
  uploads: resetUploads,
  pongs: pongUnasked,
}

/** Attacks that need all sockets of a member, and every limit at its default. @type {typeof attacks} */
export const floods = { parts: sendManyParts, sends: sendTooMany }
