/**
 * Runs the whole browser suite over two nodes behind a proxy that gives each connection to the next, and before it the tests that
 * chat with them over HTTP and sockets.
 */
import { join } from 'node:path'
import { must, root } from './process.mjs'
import { build, findBrowsers, findRedisServer, install } from './setup.mjs'

const behaviours = ['test/web/journey.test.ts', 'test/live/chatting.test.ts', 'test/live/resilience.test.ts']

try {
  await install()
  await build()
  const redis = { REDIS_SERVER_PATH: await findRedisServer() }
  const env = { ...(await findBrowsers()), ...redis, NODE_ENV: 'test', TEST_NODES: '2' }
  const run = name => join(root, 'node_modules', '.bin', name)
  await must(run('vitest'), ['run', ...behaviours], { env })
  await must(run('playwright'), ['test', '--project=sockets', '--reporter=list'], { env })
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
