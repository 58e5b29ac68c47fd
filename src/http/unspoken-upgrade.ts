import type { IncomingMessage, Server } from 'node:http'

/** What only the upgrade is about; `Connection` is written anew. */
const hopHeaders = ['upgrade', 'http2-settings', 'connection']

/** Whether an upgrade asks for a WebSocket; a server may ignore any other. Source: RFC 9110, 7.8. */
export function isForWebSocket({ headers }: IncomingMessage): boolean {
  return namesOf(headers.upgrade).includes('websocket')
}

/**
 * Serves a request as if it had asked for no upgrade: hands its connection back to the server with the head written
 * anew, so that the server's parser alone decides, by the very headers that came, where the request ends.
 * @param rest what came behind the head: a body, or the beginning of one, and what follows it
 */
export function serveWithoutUpgrade(server: Server, request: IncomingMessage, rest: Buffer): void {
  const { socket } = request
  const head = headOf(request)
  if (head === null || socket.destroyed) {
    socket.destroy()
    return
  }
  // The timer for an idle connection, set behind the answer before this one.
  socket.setTimeout(0)
  socket.unshift(Buffer.concat([Buffer.from(head, 'latin1'), rest]))
  server.emit('connection', socket)
}

/** Null when a part would end a line before its time: what another parser reads otherwise must not be written. */
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
