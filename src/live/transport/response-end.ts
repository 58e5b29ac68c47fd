import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Of a connection, whom to tell of its end: pipelined requests may bring many for one. */
const subscribers = new WeakMap<Socket, Set<() => void>>()
/** Of an answer, the same: it listens once, however many ask. */
const asking = new WeakMap<ServerResponse, Set<() => void>>()

/**
 * Calls `tell` once: when the answer has been sent or can no longer be, immediately if that is already so. Needed because
 * a response queued behind another gets no `close` when the connection ends.
 */
export function onceOver(response: ServerResponse, tell: () => void): void {
  const { socket } = response.req
  if (response.destroyed || socket.destroyed) {
    tell()
    return
  }
  const ofResponse = asking.get(response)
  if (ofResponse) {
    ofResponse.add(tell)
    return
  }
  const tells = new Set([tell])
  asking.set(response, tells)
  const ofSocket = subscribers.get(socket) ?? listenTo(socket)
  const over = () => {
    response.off('close', over)
    ofSocket.delete(over)
    asking.delete(response)
    for (const each of tells) each()
  }
  ofSocket.add(over)
  response.on('close', over)
}

function listenTo(socket: Socket): Set<() => void> {
  const ofSocket = new Set<() => void>()
  subscribers.set(socket, ofSocket)
  socket.once('close', () => {
    for (const over of [...ofSocket]) over()
  })
  return ofSocket
}
