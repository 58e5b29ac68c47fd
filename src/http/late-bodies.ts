import type { IncomingMessage, ServerResponse } from 'node:http'

/** How often it is looked at how much has come, in milliseconds. */
const lookMs = 250

/**
 * Sees to a request whose answer may be out before its body has come. Node reads the rest and throws it, as long as the
 * time for a request lasts: whoever still sends would lose the answer to a reset. Here the rest gets a bound.
 * @param mostBytes of the rest; beyond, the connection is cut
 * @param onCut told when it is
 */
export function readAway(
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

/** Node would close the connection with the answer; what is still sent would reset it. */
function closeAfterBody(request: IncomingMessage, response: ServerResponse): void {
  response.shouldKeepAlive = true
  request.once('end', () => {
    const close = () => request.socket.destroySoon()
    if (!response.headersSent) response.shouldKeepAlive = false
    else if (response.writableFinished) close()
    else response.once('finish', close)
  })
}
