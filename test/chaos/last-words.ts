import { setTimeout as delay } from 'node:timers/promises'
import type { ServerProcess } from '../support/server-process.js'

const patienceMs = 20_000

/** What a server says that does not start, beside its exit code; null for one that starts all the same. */
export async function lastWordsOf(server: ServerProcess): Promise<{ code: number | null; words: string }> {
  const late = delay(patienceMs, [null], { ref: false })
  const [code = null] = await Promise.race([server.ended, late])
  server.child.kill('SIGKILL')
  return { code, words: server.output.trim() }
}
