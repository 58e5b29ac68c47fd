import fc from 'fast-check'
import { pair } from '../crowd.js'
import { badConnections } from './bad-connections.js'
import { isHealthy, openBad } from './bad-openings.js'
import { prepare } from './fuzz.js'
import { FuzzedServer, type Memory } from './fuzzed-server.js'

const chunk = 500
const connectionsAtOnce = 20

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
