/** Runs the whole browser suite over two nodes, and before it the tests over HTTP and sockets; `npm test` runs a part of it. */
import { join } from 'node:path'
import { overNodes, twoNodes } from './over-nodes.mjs'
import { must, root } from './process.mjs'
import { build, findBrowsers, findRedisServer, install } from './setup.mjs'

try {
  await install()
  await build()
  const env = { ...(await findBrowsers()), REDIS_SERVER_PATH: await findRedisServer(), NODE_ENV: 'test' }
  const run = name => join(root, 'node_modules', '.bin', name)
  await must(run('vitest'), overNodes, { env: { ...env, ...twoNodes } })
  await must(run('playwright'), ['test', '--project=nodes', '--reporter=list'], { env: { ...env, WHOLE: '1' } })
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
