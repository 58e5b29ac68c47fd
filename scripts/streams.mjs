/** Runs the whole browser suite with WebSockets blocked; `npm test` leaves out the slow part of that. */
import { join } from 'node:path'
import { must, root } from './process.mjs'
import { build, findBrowsers, install } from './setup.mjs'

try {
  await install()
  await build()
  const env = { ...(await findBrowsers()), NODE_ENV: 'test', WHOLE: '1' }
  const playwright = join(root, 'node_modules', '.bin', 'playwright')
  await must(playwright, ['test', '--project=streams', '--reporter=list'], { env })
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
