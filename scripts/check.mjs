/** The quick checks: types and lint. */
import { join } from 'node:path'
import { must, root } from './process.mjs'
import { install } from './setup.mjs'

const bin = name => join(root, 'node_modules', '.bin', name)

/** Checks the types of server, pages, service worker and tests, then format and lint. Throws at the first that fails. */
export async function check() {
  for (const folder of ['.', 'src/browser', 'src/browser/worker', 'test']) {
    await must(bin('tsc'), ['--noEmit', '-p', join(folder, 'tsconfig.json')])
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
