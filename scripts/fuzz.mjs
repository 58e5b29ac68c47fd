/**
 * Throws 100,000 bad inputs at a server of its own, by the API and the socket, and a tenth as many bad connections at
 * another, and prints what became of them. FUZZ_SEED repeats what a run has printed.
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
