/** The quick checks: types and lint. */
import { join } from 'node:path'
import { must, root } from './process.mjs'
import { install } from './setup.mjs'

const bin = name => join(root, 'node_modules', '.bin', name)

/** Checks the types of server, browser and tests, then format and lint. Throws at the first that fails. */
export async function check() {
  for (const project of ['tsconfig.json', 'src/browser/tsconfig.json', 'test/tsconfig.json']) {
    await must(bin('tsc'), ['--noEmit', '-p', project])
  }
  await must(bin('biome'), ['ci', '--error-on-warnings', '.'])
}

if (process.argv[1] === join(root, 'scripts', 'check.mjs')) {
  try {
    await install()
    await check()
  } catch (error) {
    console.error(error.message)
    process.exit(1)
  }
}
