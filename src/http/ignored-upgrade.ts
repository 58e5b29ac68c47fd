import type { IncomingMessage, Server } from 'node:http'

/** Header fields about the upgrade alone; `Connection` is written again. */
const hopHeaders = ['upgrade', 'http2-settings', 'connection']

/** Whether an upgrade asks for a WebSocket; a server may ignore any other. Source: RFC 9110, 7.8. */
export function isForWebSocket({ headers }: IncomingMessage): boolean {
  return namesOf(headers.upgrade).includes('websocket')
}

/**
 * Answers a request as if it had not asked for an upgrade: hands its connection back to the server with the head written
 * again, so that only the server's parser decides, by the same headers, where the request ends.
 * @param rest what arrived after the head: a body or its beginning, and what follows it
 */
export function serveWithoutUpgrade(server: Server, request: IncomingMessage, rest: Buffer): void {
  const { socket } = request
  const head = headOf(request)
  if (head === null || socket.destroyed) {
    socket.destroy()
    return
  }
  // Stops the idle timer that the previous answer started.
  socket.setTimeout(0)
  socket.unshift(Buffer.concat([Buffer.from(head, 'latin1'), rest]))
  server.emit('connection', socket)
}

/** Null if a part holds CR, LF or NUL, or no Latin-1 (request smuggling). */
function headOf({ method, url, httpVersion, rawHeaders, headers }: IncomingMessage): string | null {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2)
    if (!hopHeaders.includes(name.toLowerCase())) lines.push(`${name}: ${value}`)
  }
  const kept = namesOf(headers.connection).filter(option => option === 'close' || option === 'keep-alive')
  if (kept.length > 0) lines.push(`Connection: ${kept.join(', ')}`)
  return lines.some(line => /[\0\r\n]|[^\0-\xff]/.test(line)) ? null : `${lines.join('\r\n')}\r\n\r\n`
}

function namesOf(list = ''): string[] {
  return list
    .toLowerCase()
    .split(',')
    .map(name => name.trim())
}
