import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { pair } from '../crowd.js'
import { type BadConnection, badConnections } from './bad-connections.js'
import { prepare } from './fuzz.js'
import { FuzzedServer, type Memory } from './fuzzed-server.js'

const chunk = 500
const connectionsAtOnce = 20
/** How long to wait for the server to answer. */
const patienceMs = 15_000
/** When a half-closed connection is given up. */
const halfClosedMs = 200
const trickleMs = 5
/** How many answers to others a connection waits for that gets none itself. */
const answersMeanwhile = 5

/** What came of all connections. Memory in bytes, after a garbage collection. */
export interface ConnectionsReport {
  /** How many connections got bytes from the server, and how many got none. */
  readonly outcomes: { answered: number; silent: number }
  readonly faults: readonly string[]
  readonly before: Memory
  readonly after: Memory
}

/** Starts a server and opens this many bad connections to it. The same seed makes the same ones. */
export async function fuzzConnections(inputs: number, seed: number): Promise<ConnectionsReport> {
  const server = await FuzzedServer.start()
  const outcomes = { answered: 0, silent: 0 }
  try {
    const { real } = await prepare(server.url)
    const { alice, chat } = await pair(server.url)
    const arbitrary = badConnections({ token: real.token, cookie: alice.cookieHeader, chat })
    let before = await server.memory()
    for (let done = 0; done < inputs && server.faults.length === 0; done += chunk) {
      const queue = fc.sample(arbitrary, { numRuns: Math.min(chunk, inputs - done), seed: seed + done })
      const worker = async () => {
        for (let input = queue.pop(); input; input = queue.pop()) {
          outcomes[(await openBad(server.url, input)) ? 'answered' : 'silent'] += 1
        }
      }
      await Promise.all(Array.from({ length: connectionsAtOnce }, worker))
      if (!(await isHealthy(server.url))) server.faults.push(`no answer after the inputs of seed ${seed + done}`)
      // The first inputs fill caches and have code compiled.
      if (done === 0 && server.faults.length === 0) before = await server.memory()
    }
    const after = server.faults.length === 0 ? await server.memory() : before
    return { outcomes, faults: server.faults, before, after }
  } finally {
    await server.stop()
  }
}

async function isHealthy(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(patienceMs) }).catch(() => null)
  return answer?.ok ?? false
}

/** Opens one bad connection. Resolves with whether the server sent anything. */
async function openBad(url: string, { packets, reading, ending, wait }: BadConnection): Promise<boolean> {
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
