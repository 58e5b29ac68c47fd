import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** What to call when a socket closes. Pipelined requests register many callbacks, so each socket gets one listener. */
const socketCallbacks = new WeakMap<Socket, Set<() => void>>()
/** What to call when a response is over, likewise with one listener each. */
const responseCallbacks = new WeakMap<ServerResponse, Set<() => void>>()

/**
 * Calls `callback` once, when the response has been sent or no longer can be; immediately if that is so already. Listening
 * for its `close` is not enough: a pipelined response that waits behind another emits none when the socket closes.
 */
export function onceOver(response: ServerResponse, callback: () => void): void {
  const { socket } = response.req
  if (response.destroyed || socket.destroyed) {
    callback()
    return
  }
  const existing = responseCallbacks.get(response)
  if (existing) {
    existing.add(callback)
    return
  }
  const callbacks = new Set([callback])
  responseCallbacks.set(response, callbacks)
  const ofSocket = socketCallbacks.get(socket) ?? listenTo(socket)
  const onOver = () => {
    response.off('close', onOver)
    ofSocket.delete(onOver)
    responseCallbacks.delete(response)
    for (const each of callbacks) each()
  }
  ofSocket.add(onOver)
  response.on('close', onOver)
}

function listenTo(socket: Socket): Set<() => void> {
  const callbacks = new Set<() => void>()
  socketCallbacks.set(socket, callbacks)
  socket.once('close', () => {
    for (const callback of [...callbacks]) callback()
  })
  return callbacks
}
