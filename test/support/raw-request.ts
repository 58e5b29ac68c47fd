import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** The bytes of a GET with this cookie; each further path is pipelined behind it. */
export function getBytes(cookie: string, ...paths: string[]): string {
  const head = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\n\r\n`
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
