import { createServer, IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { isForWebSocket, serveWithoutUpgrade } from '#src/http/ignored-upgrade.js'

interface Given {
  readonly rawHeaders?: readonly string[]
  readonly method?: string
  readonly url?: string
}

/** A request as the server's parser gives it. */
function createRequest({ rawHeaders = [], method = 'GET', url = '/a' }: Given): IncomingMessage {
  const request = new IncomingMessage(new Socket())
  Object.assign(request, { method, url, httpVersion: '1.1' })
  request.rawHeaders.push(...rawHeaders)
  for (let index = 0; index < rawHeaders.length; index += 2) {
    request.headers[(rawHeaders[index] ?? '').toLowerCase()] = rawHeaders[index + 1]
  }
  return request
}

/** What the server is given to read of such a request; null where it is not handed back. */
function serve(request: IncomingMessage, rest = ''): string | null {
  const server = createServer()
  server.removeAllListeners('connection')
  let read: string | null = null
  server.on('connection', (socket: Socket) => {
    read = socket === request.socket ? String(socket.read()) : null
  })
  serveWithoutUpgrade(server, request, Buffer.from(rest))
  return read
}

describe('an upgrade', () => {
  it.each([
    ['websocket', true],
    ['WebSocket', true],
    ['h2c, websocket', true],
    ['h2c ,websocket ', true],
    ['h2c', false],
    ['websockets', false],
    ['', false],
  ])('to %j is for a WebSocket: %j', (upgrade, isFor) => {
    expect(isForWebSocket(createRequest({ rawHeaders: ['Upgrade', upgrade] }))).toBe(isFor)
  })

  it('of no name is for none', () => {
    expect(isForWebSocket(createRequest({}))).toBe(false)
  })
})

describe('a request whose upgrade is ignored', () => {
  it('is read anew, with all headers but those of the upgrade, in their order and spelling, and what follows', () => {
    const rawHeaders = [
      'Host',
      'h',
      'Upgrade',
      'h2c',
      'X-A',
      '1',
      'HTTP2-Settings',
      'AA',
      'CONNECTION',
      'Upgrade',
      'x-a',
      '2',
    ]
    expect(serve(createRequest({ rawHeaders, method: 'POST', url: '/a?b=c' }), 'body')).toBe(
      'POST /a?b=c HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a: 2\r\n\r\nbody',
    )
  })

  it.each([
    ['close, Upgrade', 'Connection: close\r\n'],
    ['Upgrade, Keep-Alive', 'Connection: keep-alive\r\n'],
    ['keep-alive, close', 'Connection: keep-alive, close\r\n'],
    ['Upgrade, X-A', ''],
  ])('keeps of the connection’s options %j what is about the connection itself', (connection, kept) => {
    const request = createRequest({ rawHeaders: ['Connection', connection] })
    expect(serve(request)).toBe(`GET /a HTTP/1.1\r\n${kept}\r\n`)
  })

  it('keeps the bytes of a header beyond ASCII', () => {
    const request = createRequest({ rawHeaders: ['X-A', 'v\u00ff'] })
    const server = createServer()
    server.removeAllListeners('connection')
    serveWithoutUpgrade(server, request, Buffer.alloc(0))
    expect(request.socket.read().includes(0xff)).toBe(true)
  })

  it.each(['\r', '\n', '\0', '\u0100'])(
    'is cut where a part of it holds %j: another parser may read it otherwise',
    part => {
      for (const given of [
        { rawHeaders: ['X-A', `a${part}b`] },
        { rawHeaders: [`X${part}`, 'a'] },
        { url: `/a${part}` },
      ]) {
        const request = createRequest(given)
        expect([serve(request), request.socket.destroyed]).toEqual([null, true])
      }
    },
  )

  it('is not served on a connection that has ended', () => {
    const request = createRequest({})
    request.socket.destroy()
    expect(serve(request)).toBeNull()
  })

  it('has no timer of an idle connection left', () => {
    const request = createRequest({})
    request.socket.setTimeout(5000)
    serve(request)
    expect(request.socket.timeout).toBe(0)
    request.socket.destroy()
  })
})
