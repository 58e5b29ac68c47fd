import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpServer, type HttpServer, type HttpServerOptions } from '#src/web/http-server.js'

const patience = { headersMs: 300, requestMs: 600, lookMs: 50 }
const sockets = new Set<Socket>()
let server: HttpServer
const refused: string[] = []

async function serve(options: Partial<HttpServerOptions> = {}): Promise<number> {
  refused.length = 0
  server = createHttpServer(
    (request, response) => {
      request.resume()
      request.on('end', () => response.end('served'))
    },
    { maxConnections: 100, isBehindProxy: false, onRefused: reason => refused.push(reason), ...options },
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

/** A connection that keeps what it is told. */
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
    // By the time for headers: that for the whole request, which may carry a picture, is far longer.
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
