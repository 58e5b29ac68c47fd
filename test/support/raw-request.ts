import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** The bytes of a GET with this cookie; each further path is pipelined behind it. */
export function getBytes(cookie: string, ...paths: string[]): string {
  return bytesWith([`Cookie: ${cookie}`], paths)
}

/** The same by somebody who takes Brotli. */
export function getPackedBytes(cookie: string, ...paths: string[]): string {
  return bytesWith([`Cookie: ${cookie}`, 'Accept-Encoding: br'], paths)
}

function bytesWith(headers: readonly string[], paths: readonly string[]): string {
  const head = (path: string) => [`GET ${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n')
  return paths.map(head).join('')
}

/** Opens a TCP connection to a server, to send raw bytes and read as little as a test likes. */
export async function rawConnection(base: string): Promise<Socket> {
  const { port } = new URL(base)
  const socket = connect(Number(port), 'localhost')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}
