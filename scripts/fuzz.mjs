/** Sends bad inputs to a server, over the API and the socket, and opens bad connections to another, and prints what came of them. */
import { join } from 'node:path'
import { endWith, readCall } from './command.mjs'
import { root, run } from './process.mjs'
import { build, install } from './setup.mjs'

const usage = `Usage: npm run fuzz -- [INPUTS]
  INPUTS   how many bad inputs, 100000 if left out; a tenth as many bad connections are opened
FUZZ_SEED repeats a run.`

const findFault = (_values, [inputs = '1']) =>
  /^[1-9]\d*$/.test(inputs) ? undefined : `"${inputs}" is no number of inputs.`

try {
  const { words } = readCall(usage, {}, { mostWords: 1, findFault })
  await install()
  await build()
  const vitest = join(root, 'node_modules', '.bin', 'vitest')
  const [inputs = '100000'] = words
  const env = { FUZZ_INPUTS: inputs, FUZZ_CONNECTIONS: String(Math.ceil(Number(inputs) / 10)), NODE_ENV: 'test' }
  process.exit(await run(vitest, ['run', 'test/api/fuzz.test.ts', 'test/api/fuzz-connections.test.ts'], { env }))
} catch (error) {
  endWith(error)
}
