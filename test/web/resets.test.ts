import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ServerProcess } from '../support/server-process.js'

// A separate process, which an uncaught exception would end.
let server: ServerProcess
let url: URL
beforeAll(async () => {
  server = new ServerProcess({ LOG_LEVEL: 'error' })
  url = new URL(await server.address())
})
afterAll(() => server.stop())

/** In three ways each: fewer ended the process. */
const times = 40
const host = 'Host: localhost\r\n'
const plain = `GET /health HTTP/1.1\r\n${host}\r\n`
const upgrade = (path: string, protocol: string, more = '') =>
  `GET ${path} HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: ${protocol}\r\n${more}\r\n`
const socket = (path = '/ws') =>
  upgrade(path, 'websocket', 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n')
const h2c = upgrade('/health', 'h2c')
const body = 'email=a&password=b'
const post = (more: string) =>
  `POST /login HTTP/1.1\r\n${host}${more}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`

/** Sends bytes in one packet and resets the connection, after some ms or once an answer has come. */
async function sayAndReset(words: string, when: number | 'answered'): Promise<void> {
  const { port, hostname } = url
  const connection = connect(Number(port), hostname)
  connection.on('error', () => {})
  await once(connection, 'connect')
  connection.write(words)
  if (when === 'answered') await Promise.race([once(connection, 'data'), once(connection, 'close')])
  else await new Promise(resolve => setTimeout(resolve, when))
  const closed = once(connection, 'close')
  if (!connection.destroyed) connection.resetAndDestroy()
  if (!connection.closed) await closed
}

describe('a reset', () => {
  it.each([
    ['two upgrades to h2c in one packet', h2c + h2c],
    ['a request and an upgrade to h2c in one packet', plain + h2c],
    ['a request and an upgrade to a WebSocket in one packet', plain + socket()],
    ['two WebSockets in one packet', socket() + socket()],
    ['a WebSocket to nowhere behind a request', plain + socket('/nowhere')],
    ['a WebSocket that is refused for its version', plain + socket().replace('13', '12')],
    ['a WebSocket and frames that it may not send', `${socket()}\u0001\u0002\u0003\u0004`],
    [
      'a program that is refused',
      socket().replace('\r\n\r\n', '\r\nSec-WebSocket-Protocol: ephemeral-chat.v1.json\r\n\r\n'),
    ],
    ['twenty requests and an upgrade', plain.repeat(20) + h2c],
    ['a hundred requests', plain.repeat(100)],
    ['an upgrade with a body, and one without', post('Connection: Upgrade\r\nUpgrade: h2c\r\n') + h2c],
    ['a form that asks whether to go on', post('Expect: 100-continue\r\n') + h2c],
    ['a form that expects what nobody knows', post('Expect: miracles\r\n') + h2c],
    ['a CONNECT behind a request', `${plain}CONNECT localhost:1 HTTP/1.1\r\n${host}\r\n`],
    ['a request that is none, behind one that is', `${plain}\u0000\u0001 rubbish\r\n\r\n`],
    ['a stream of events and an upgrade', `GET /chats/events HTTP/1.1\r\n${host}HX-Request: true\r\n\r\n${h2c}`],
  ])('after %s does not end the process', async (_what, words) => {
    for (const when of [0, 1, 'answered'] as const) {
      for (let time = 0; time < times / 10; time += 1) {
        await Promise.all(Array.from({ length: 10 }, () => sayAndReset(words, when)))
      }
    }
    const { status } = await fetch(new URL('/health', url))
    expect([status, server.output.match(/"level":"(?:error|fatal)".*/g)]).toEqual([200, null])
  })
})
