import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { projectRoot } from '#src/project-root.js'

/** Makes a server, and prints whether a client of Redis is loaded then, and once one is asked for. */
const program = `
  import { createRequire } from 'node:module'
  const { createServer } = await import('./dist/server.js')
  const { readConfig } = await import('./dist/config.js')
  await createServer(readConfig({ NODE_ENV: 'test', LOG_LEVEL: 'fatal' }))
  const { cache } = createRequire(process.cwd() + '/dist/main.js')
  const isLoaded = () => Object.keys(cache).some(path => path.includes('/ioredis/'))
  const before = isLoaded()
  await import('./dist/redis/connection.js')
  console.log(before, isLoaded())
  process.exit()
`

it('loads no client of Redis', async () => {
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { cwd: projectRoot })
  expect((await run).stdout).toBe('false true\n')
})
