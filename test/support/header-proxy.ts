import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'

/** The headers that a proxy passes on, made from those that came. */
export type ChangeHeaders = (headers: IncomingHttpHeaders) => IncomingHttpHeaders

interface Changes {
  /** Makes the headers of requests and of sockets. */
  readonly change?: ChangeHeaders
  /** What answers have beside the server's own headers: names and values by turns. */
  readonly added?: readonly string[]
  /** Paths that the proxy answers with 404 itself. */
  readonly inner?: RegExp
}

/** Starts an HTTP proxy before the server at `target`. It passes on requests, answers and sockets with other headers. */
export async function startHeaderProxy(
  target: string,
  { change = headers => headers, added = [], inner }: Changes,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const passOn = ({ method, url, headers }: IncomingMessage) =>
    request(new URL(url ?? '/', target), { method, headers: change({ ...headers }) })
  const proxy = createServer((asked, answer) => {
    if (inner?.test(asked.url ?? '')) return void answer.writeHead(404).end()
    const passed = passOn(asked)
    passed.on('response', got => {
      answer.writeHead(got.statusCode ?? 502, [...got.rawHeaders, ...added])
      got.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    asked.pipe(passed)
  })
  const sockets = new Set<Socket>()
  proxy.on('connection', socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  proxy.on('upgrade', (asked, socket) => {
    const passed = passOn(asked)
    passed.on('upgrade', (got, behind, head) => {
      const lines = Object.entries(got.headers).map(([name, value]) => `${name}: ${value}`)
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`)
      socket.write(head)
      socket.pipe(behind).pipe(socket)
      behind.on('error', () => socket.destroy())
      socket.on('error', () => behind.destroy())
      socket.on('close', () => behind.destroy())
    })
    passed.on('response', got => socket.end(`HTTP/1.1 ${got.statusCode} Refused\r\nContent-Length: 0\r\n\r\n`))
    passed.on('error', () => socket.destroy())
    passed.end()
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const address = proxy.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy listens on no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      const closed = once(proxy, 'close')
      proxy.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
