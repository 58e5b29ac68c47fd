import type { IncomingMessage, ServerResponse } from 'node:http'

/** How often the arrived bytes are checked, in milliseconds. */
const lookMs = 250

/**
 * Bounds what is read of a body after its request was answered. Node reads and discards the rest until the request times
 * out, since a reset would lose the answer for a client that still sends.
 * @param mostBytes the most bytes of the rest; beyond it the connection is cut
 * @param onCut told if it is cut
 */
export function discardRest(
  request: IncomingMessage,
  response: ServerResponse,
  mostBytes: number,
  onCut: () => void,
): void {
  const { socket } = request
  if (!response.shouldKeepAlive) closeAfterBody(request, response)
  response.once('finish', () => {
    if (request.complete) return
    const end = socket.bytesRead + mostBytes
    const look = setInterval(() => {
      if (request.complete || socket.destroyed) return clearInterval(look)
      if (socket.bytesRead <= end) return
      onCut()
      socket.destroy()
    }, lookMs)
  })
}

/** Node would close the connection with the answer, and what is still sent would reset it: waits for the body instead. */
function closeAfterBody(request: IncomingMessage, response: ServerResponse): void {
  response.shouldKeepAlive = true
  request.once('end', () => {
    const close = () => request.socket.destroySoon()
    if (!response.headersSent) response.shouldKeepAlive = false
    else if (response.writableFinished) close()
    else response.once('finish', close)
  })
}
