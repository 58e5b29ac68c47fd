import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { onTestFinished } from 'vitest'

/** The headers that a proxy passes on, made from those that came. */
export type ChangeHeaders = (headers: IncomingHttpHeaders) => IncomingHttpHeaders

/**
 * Starts an HTTP proxy in front of the server at `target` until the test is over. It passes on requests and sockets with
 * changed headers. The answer is its address.
 * @param inner paths that it answers with 404 itself
 */
export async function proxyBefore(target: string, change: ChangeHeaders, inner?: RegExp): Promise<string> {
  const passOn = ({ method, url, headers }: IncomingMessage) =>
    request(new URL(url ?? '/', target), { method, headers: change({ ...headers }) })
  const proxy = createServer((asked, answer) => {
    if (inner?.test(asked.url ?? '')) return void answer.writeHead(404).end()
    const passed = passOn(asked)
    passed.on('response', got => {
      answer.writeHead(got.statusCode ?? 502, got.rawHeaders)
      got.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    asked.pipe(passed)
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
    })
    passed.on('response', got => socket.end(`HTTP/1.1 ${got.statusCode} Refused\r\nContent-Length: 0\r\n\r\n`))
    passed.on('error', () => socket.destroy())
    passed.end()
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  const address = proxy.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy listens on no port')
  return `http://127.0.0.1:${address.port}`
}
