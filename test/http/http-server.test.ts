// Long because every case of one behaviour stands here.
import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpServer, type HttpServer, type HttpServerOptions } from '#src/http/http-server.js'

const patience = { headersMs: 300, requestMs: 600, lookMs: 50 }
const sockets = new Set<Socket>()
let server: HttpServer
const refused: string[] = []
const seen: IncomingHttpHeaders[] = []

async function serve(options: Partial<HttpServerOptions> = {}): Promise<number> {
  refused.length = 0
  seen.length = 0
  server = createHttpServer(
    (request, response) => {
      if (request.url === '/early') {
        response.end('answered early')
        return
      }
      if (request.url === '/never') return
      const parts: Buffer[] = []
      request.on('data', part => parts.push(part))
      const answer = () => response.end(`served ${request.method} ${request.url} ${Buffer.concat(parts)};`)
      request.on('end', () => (request.url === '/late' ? setTimeout(answer, 100) : answer()))
      seen.push(request.headers)
    },
    {
      maxConnections: 100,
      maxDiscarded: 100_000,
      isBehindProxy: false,
      onRefused: reason => refused.push(reason),
      onWebSocket: ({ socket }) => socket.end('spoken'),
      ...options,
    },
  )
  server.http.listen(0, '127.0.0.1')
  await once(server.http, 'listening')
  const address = server.http.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port')
  return address.port
}

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  server.http.closeAllConnections()
  await new Promise(resolve => server.http.close(resolve))
})

/** A connection that keeps everything it receives. */
async function dial(port: number): Promise<{ socket: Socket; closed: Promise<unknown>; told: () => string }> {
  const socket = connect(port, '127.0.0.1')
  sockets.add(socket)
  let told = ''
  socket.on('data', data => {
    told += data
  })
  socket.on('error', () => {})
  const closed = new Promise(resolve => socket.once('close', resolve))
  await once(socket, 'connect')
  return { socket, closed, told: () => told }
}

const request = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'

describe('a connection', () => {
  it('that says nothing is cut', async () => {
    const { closed, told } = await dial(await serve({ patience }))
    await closed
    expect(told()).toMatch(/^HTTP\/1\.1 408|^$/)
  })

  it('that sends its headers a byte at a time is cut', async () => {
    // Cut by the timeout for headers; the one for the whole request is far longer.
    const { socket, closed } = await dial(await serve({ patience: { ...patience, requestMs: 120_000 } }))
    const drip = setInterval(() => socket.write('x'), 20)
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')
    await closed
    clearInterval(drip)
  })

  it('that sends its body a byte at a time is cut', async () => {
    const { socket, closed, told } = await dial(await serve({ patience }))
    const drip = setInterval(() => socket.write('x'), 20)
    socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n')
    await closed
    clearInterval(drip)
    expect(told()).not.toContain('served')
  })

  it('that is half open gives way to the next: the oldest first, and who asks is served', async () => {
    const port = await serve({ mostWaiting: 3 })
    const held = [await dial(port), await dial(port), await dial(port)]
    expect(await server.countConnections()).toEqual({ tcpConnections: 3, waitingConnections: 3 })
    const last = await dial(port)
    last.socket.write(request)
    await last.closed
    expect(last.told()).toContain('served')
    await held[0]?.closed
    expect(held.map(({ socket }) => socket.closed)).toEqual([true, false, false])
    expect(refused).toEqual(['half_open'])
    expect(await server.countConnections()).toMatchObject({ waitingConnections: 2 })
  })

  it('whose request has come gives way to nobody', async () => {
    const port = await serve({ mostWaiting: 1 })
    const kept = await dial(port)
    kept.socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(kept.socket, 'data')
    await dial(port)
    const next = await dial(port)
    next.socket.write(request)
    await next.closed
    expect(kept.socket.closed).toBe(false)
    kept.socket.write(request)
    await kept.closed
    expect(kept.told().match(/served/g)).toHaveLength(2)
  })

  it('beyond MAX_CONNECTIONS is closed unanswered', async () => {
    const port = await serve({ maxConnections: 2 })
    const [first] = [await dial(port), await dial(port)]
    const third = await dial(port)
    await third.closed
    expect([third.told(), refused]).toEqual(['', ['too_many']])
    first.socket.write(request)
    await first.closed
    expect(first.told()).toContain('served')
  })
})

describe('a request that is answered before its body has come', () => {
  const early = (length: number, more = '') =>
    `POST /early HTTP/1.1\r\nHost: localhost\r\n${more}Content-Length: ${length}\r\n\r\n`

  /** Sends a body in parts, each once the last was taken. */
  async function pour(socket: Socket, bytes: number): Promise<void> {
    const part = Buffer.alloc(16_384)
    for (let left = bytes; left > 0 && !socket.destroyed; left -= part.length) {
      await new Promise(resolve => socket.write(part.subarray(0, left), resolve))
    }
  }

  it('has its body read away, and the next is served', async () => {
    const { socket, closed, told } = await dial(await serve())
    socket.write(early(90_000))
    await expect.poll(told).toContain('answered early')
    expect(await server.countConnections()).toEqual({ tcpConnections: 1, waitingConnections: 1 })
    await pour(socket, 90_000)
    await expect.poll(() => server.countConnections()).toEqual({ tcpConnections: 1, waitingConnections: 0 })
    socket.write(request)
    await closed
    expect(told()).toContain('served')
    expect(refused).toEqual([])
  })

  it('on a connection for it alone is heard to its end, though the answer is out', async () => {
    const { socket, closed, told } = await dial(await serve())
    const head = early(90_000, 'Connection: close\r\n')
    socket.write(head)
    await expect.poll(told).toContain('answered early')
    await pour(socket, 90_000)
    await closed
    expect(socket.bytesWritten).toBe(head.length + 90_000)
  })

  it('is cut when it sends more than is read away', async () => {
    const { socket, closed } = await dial(await serve())
    socket.write('POST /early HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n')
    const poured = pour(socket, 2 ** 32)
    await closed
    socket.destroy()
    await poured
    expect(refused).toEqual(['too_much'])
  })

  it('gives way to the next like any that is half open', async () => {
    const port = await serve({ mostWaiting: 1 })
    const first = await dial(port)
    first.socket.write(early(1000))
    await expect.poll(first.told).toContain('answered early')
    await dial(port)
    await first.closed
    expect(refused).toEqual(['half_open'])
  })
})

describe('requests in one packet', () => {
  const some = (count: number) => 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(count - 1) + request

  it('are served in their order, twenty of them', async () => {
    const { socket, closed, told } = await dial(await serve())
    socket.write(some(20))
    await closed
    expect(told().match(/served/g)).toHaveLength(20)
  })

  it('are not served by the thousand: their connection is cut', async () => {
    const { socket, closed } = await dial(await serve())
    socket.write(some(1000))
    await closed
    expect([seen.length, refused]).toEqual([32, ['too_many']])
  })
})

describe('an upgrade to what is not spoken', () => {
  const offer = 'Host: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n'
  const get = (path: string) => `GET ${path} HTTP/1.1\r\n${offer}\r\n`
  const plain = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`
  const post = (path: string, body: string) =>
    `POST ${path} HTTP/1.1\r\n${offer}Content-Length: ${body.length}\r\n\r\n${body}`
  const last = request.replace(' / ', ' /last ')
  const answersIn = (told: string) => [...told.matchAll(/served ([^;]*);/g)].map(([, answer = '']) => answer.trim())

  /** Sends packets one after another, and resolves with everything the server sends until it closes. */
  async function answersTo(...packets: string[]): Promise<string[]> {
    const { socket, closed, told } = await dial(await serve())
    socket.setNoDelay()
    for (const packet of packets) {
      socket.write(packet)
      await new Promise(resolve => setTimeout(resolve, 30))
    }
    await closed
    return answersIn(told())
  }

  it.each([
    ['a GET', [get('/a'), last], ['GET /a', 'GET /last']],
    ['a POST', [post('/a', 'body'), last], ['POST /a body', 'GET /last']],
    [
      'a POST whose body comes later',
      [post('/a', 'body').slice(0, -4), 'bo', 'dy', last],
      ['POST /a body', 'GET /last'],
    ],
    [
      'a POST in chunks',
      [`POST /a HTTP/1.1\r\n${offer}Transfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n`, '2\r\ndy\r\n0\r\n\r\n', last],
      ['POST /a body', 'GET /last'],
    ],
    ['several in one packet', [post('/a', 'body') + get('/b') + last], ['POST /a body', 'GET /b', 'GET /last']],
    ['one behind an answer that is late', [plain('/late') + get('/b') + last], ['GET /late', 'GET /b', 'GET /last']],
    ['one behind one that is late', [get('/late') + get('/b') + last], ['GET /late', 'GET /b', 'GET /last']],
    ['one a byte at a time', [...get('/a').slice(0, 24), get('/a').slice(24) + last], ['GET /a', 'GET /last']],
    [
      'one whose body looks like a request',
      [post('/a', get('/b')) + last],
      [`POST /a ${get('/b').trim()}`, 'GET /last'],
    ],
    ['to an unknown thing', [get('/a').replace('h2c', 'TLS/1.0') + last], ['GET /a', 'GET /last']],
  ])('is ignored: %s is served', async (_what, packets, answers) => {
    expect(await answersTo(...packets)).toEqual(answers)
  })

  it('is ignored where the connection is to be closed', async () => {
    expect(await answersTo(get('/a').replace('Upgrade,', 'close, Upgrade,'))).toEqual(['GET /a'])
  })

  it('leaves nothing of itself to the request, and all else', async () => {
    await answersTo(get('/a').replace('Host', 'X-Name: v\u00e4lue\r\nCookie: a=1\r\nCookie: b=2\r\nHost') + last)
    expect(seen[0]).toEqual({
      'x-name': Buffer.from('v\u00e4lue').toString('latin1'),
      cookie: 'a=1; b=2',
      host: 'localhost',
    })
  })

  it('cannot be asked for twice over in one request', async () => {
    const both = `POST /a HTTP/1.1\r\n${offer}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`
    const { socket, closed, told } = await dial(await serve())
    socket.write(both + last)
    await closed
    expect(told()).toMatch(/^HTTP\/1\.1 400 /)
    expect(seen).toEqual([])
  })

  it('makes a connection count once, however often it is asked for', async () => {
    const warnings: Error[] = []
    const warn = (warning: Error) => warnings.push(warning)
    process.on('warning', warn)
    const port = await serve({ mostWaiting: 1 })
    const { socket, closed, told } = await dial(port)
    for (let index = 0; index < 30; index += 1) {
      socket.write(get(`/${index}`))
      await expect.poll(() => answersIn(told())).toHaveLength(index + 1)
    }
    expect(await server.countConnections()).toEqual({ tcpConnections: 1, waitingConnections: 0 })
    socket.write(post('/a', 'body').slice(0, -1))
    await expect.poll(() => server.countConnections()).toEqual({ tcpConnections: 1, waitingConnections: 1 })
    socket.destroy()
    await closed
    await expect.poll(() => server.countConnections()).toEqual({ tcpConnections: 0, waitingConnections: 0 })
    process.off('warning', warn)
    expect([warnings, refused]).toEqual([[], []])
  })

  it('keeps nothing when its connection goes before the answer that it waits for', async () => {
    const { socket, closed } = await dial(await serve())
    socket.write(plain('/late') + get('/b'))
    await expect.poll(() => seen).toHaveLength(1)
    socket.resetAndDestroy()
    await closed
    await expect.poll(() => server.countConnections()).toEqual({ tcpConnections: 0, waitingConnections: 0 })
    await new Promise(resolve => setTimeout(resolve, 150))
    expect(seen).toHaveLength(1)
  })

  it('is cut like any request when its body does not come', async () => {
    const { socket, closed, told } = await dial(await serve({ patience }))
    socket.write(post('/a', 'body').slice(0, -1))
    await closed
    expect(told()).toMatch(/^HTTP\/1\.1 408/)
  })

  it('to a WebSocket waits for the answers before it', async () => {
    const { socket, closed, told } = await dial(await serve())
    socket.write(plain('/late') + get('/ws').replace('h2c', 'websocket'))
    await closed
    expect(told()).toMatch(/served GET \/late ;spoken$/)
  })

  it('does not keep a WebSocket from whoever asks for it', async () => {
    const { socket, closed, told } = await dial(await serve())
    socket.write(get('/ws').replace('h2c', 'WebSocket'))
    await closed
    expect(told()).toBe('spoken')
  })
})

describe('the usual patience', () => {
  it.each([
    [false, 5000],
    [true, 65_000],
  ])(
    'waits ten seconds for headers, two minutes for all, and then (behind a proxy: %j) %i ms',
    async (isBehindProxy, keptMs) => {
      await serve({ isBehindProxy })
      const { headersTimeout, requestTimeout, keepAliveTimeout } = server.http
      expect([headersTimeout, requestTimeout, keepAliveTimeout]).toEqual([10_000, 120_000, keptMs])
    },
  )

  it('lets three quarters of all connections wait where there are few', async () => {
    const port = await serve({ maxConnections: 5 })
    const held = [await dial(port), await dial(port), await dial(port), await dial(port)]
    expect(await server.countConnections()).toEqual({ tcpConnections: 4, waitingConnections: 4 })
    expect(refused).toEqual([])
    await dial(port)
    await held[0]?.closed
    expect([held.map(({ socket }) => socket.closed), refused]).toEqual([[true, false, false, false], ['half_open']])
  })
})

it('a connection for which no descriptor is left counts as one too many, and a server that cannot listen as none', async () => {
  await serve()
  server.http.emit('error', new Error('EMFILE'))
  expect(refused).toEqual(['too_many'])
  await new Promise(resolve => server.http.close(resolve))
  server.http.emit('error', new Error('EADDRINUSE'))
  expect(refused).toEqual(['too_many'])
})

it('closes every connection at once that is to be cut, also one that asked for another protocol behind an earlier request', async () => {
  const port = await serve()
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  sockets.add(socket)
  const isUpgraded = once(server.http, 'upgrade')
  const upgrade = 'Connection: Upgrade\r\nUpgrade: h2c\r\n'
  socket.write(`GET /never HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n`)
  await isUpgraded
  server.cut()
  await once(socket, 'close')
})
