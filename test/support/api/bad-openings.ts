import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { BadConnection } from './bad-connections.js'

/** How long to wait for the server to answer. */
const patienceMs = 15_000
/** When a half-closed connection is given up. */
const halfClosedMs = 200
const trickleMs = 5
/** How many answers to others a connection waits for that gets none itself. */
const answersMeanwhile = 5

/** Whether the server answers at all. */
export async function isHealthy(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(patienceMs) }).catch(() => null)
  return answer?.ok ?? false
}

/** Opens one bad connection. Resolves with whether the server sent anything. */
export async function openBad(url: string, { packets, reading, ending, wait }: BadConnection): Promise<boolean> {
  const socket = connect({ port: Number(new URL(url).port), host: 'localhost', allowHalfOpen: true, noDelay: true })
  const closed = new Promise(resolve => socket.once('close', resolve))
  socket.on('error', () => {})
  await Promise.race([new Promise(resolve => socket.once('connect', () => resolve(null))), closed])
  const stopReading = read(socket, reading)
  for (const packet of packets) await new Promise(resolve => socket.write(packet, resolve))
  await Promise.race([wait === 'until read' ? untilRead(url, socket) : delay(wait), closed])
  if (ending === 'reset' && !socket.destroyed) socket.resetAndDestroy()
  else if (ending === 'half') {
    socket.end()
    const cancel = setTimeout(() => socket.destroy(), halfClosedMs)
    await closed
    clearTimeout(cancel)
  } else socket.destroy()
  await closed
  stopReading()
  return socket.bytesRead > 0
}

/**
 * Waits until the server has answered, or has had time to: until it has answered others several times, which takes as long as a
 * busy machine needs. A single time is often before what it answers here.
 */
async function untilRead(url: string, socket: Socket): Promise<void> {
  for (let times = 0; times < answersMeanwhile && socket.bytesRead === 0 && !socket.destroyed; times += 1)
    await isHealthy(url)
}

function read(socket: Socket, reading: BadConnection['reading']): () => void {
  if (reading === 'nothing') return () => {}
  if (reading === 'all') {
    socket.resume()
    return () => {}
  }
  socket.on('data', () => socket.pause())
  const timer = setInterval(() => socket.resume(), trickleMs)
  return () => clearInterval(timer)
}
