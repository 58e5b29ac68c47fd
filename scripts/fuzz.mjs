/**
 * Sends 100,000 bad inputs to a server, over the API and the socket, and opens a tenth as many bad connections to
 * another, and prints what came of them. FUZZ_SEED repeats a run.
 */
import { join } from 'node:path'
import { root, run } from './process.mjs'
import { build, install } from './setup.mjs'

try {
  await install()
  await build()
  const vitest = join(root, 'node_modules', '.bin', 'vitest')
  const inputs = process.argv[2] ?? '100000'
  const env = { FUZZ_INPUTS: inputs, FUZZ_CONNECTIONS: String(Math.ceil(Number(inputs) / 10)), NODE_ENV: 'test' }
  process.exit(await run(vitest, ['run', 'test/api/fuzz.test.ts', 'test/api/fuzz-connections.test.ts'], { env }))
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
