import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { projectRoot } from '#src/project-root.js'
import { HttpClient } from './support/http-client.js'
import { ServerProcess } from './support/server-process.js'

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8')

it('a server of a test takes no setting of an operator: neither of the environment, nor of the .env of this folder', async () => {
  process.env.REGISTRATION = 'closed'
  onTestFinished(() => void delete process.env.REGISTRATION)
  const server = new ServerProcess({ LOG_LEVEL: 'warn' })
  onTestFinished(() => server.stop())
  const client = new HttpClient(await server.address())
  expect(await (await client.get('/register')).text()).toContain('name="username"')
  // Where the system tells, it runs in a folder that is empty but for its own.
  const folder = `/proc/${server.child.pid}/cwd`
  if (existsSync(folder)) {
    expect(readlinkSync(folder)).not.toBe(projectRoot)
    expect(readdirSync(folder)).toEqual(['uploads'])
  }
})

it('every server that is not an operator’s is started in one place, which sees to that', () => {
  const ofOperator = ['scripts/dev.mjs', 'scripts/own-server.mjs', 'scripts/start.mjs']
  const files = ['bench', 'examples', 'scripts', 'test'].flatMap(folder =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' }).map(name => join(folder, name)),
  )
  const starts = files
    .filter(path => /\.(ts|mjs)$/.test(path) && !path.includes('node_modules'))
    .filter(path => /\b(spawn|fork|execFile)\(/.test(read(path)) && /dist\/main\.js|-server\.mjs/.test(read(path)))
  expect(starts.filter(path => !ofOperator.includes(path) && path !== 'test/own-server.test.ts')).toEqual([])
})
