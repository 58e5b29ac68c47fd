/** Throws 100,000 bad inputs at a server of its own, by the API and the socket, and prints what became of it. */
import { join } from 'node:path'
import { root, run } from './process.mjs'
import { build, install } from './setup.mjs'

try {
  await install()
  await build()
  const vitest = join(root, 'node_modules', '.bin', 'vitest')
  const inputs = process.argv[2] ?? '100000'
  process.exit(await run(vitest, ['run', 'test/api/fuzz.test.ts'], { env: { FUZZ_INPUTS: inputs, NODE_ENV: 'test' } }))
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
