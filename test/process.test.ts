import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { newPair } from './support/crowd.js'
import { LivePage } from './support/live-page.js'
import { ServerProcess } from './support/server-process.js'

const started: ServerProcess[] = []
function start(env: Record<string, string> = {}): ServerProcess {
  const server = new ServerProcess(env)
  started.push(server)
  return server
}
afterEach(async () => {
  await Promise.all(started.splice(0).map(server => server.stop()))
})

describe('the process', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'ends with 0 within 5 s of %s, telling open pages to come back',
    async signal => {
      const server = start()
      const base = await server.address()
      const { ann, chat } = await newPair(base)
      const page = await LivePage.open(base, ann, chat)
      const at = Date.now()
      server.child.kill(signal)
      expect(await page.closed).toBe(1012)
      expect(await server.ended).toEqual([0, null])
      expect(Date.now() - at).toBeLessThan(5000)
    },
  )

  it('prints where it serves, the demo accounts and what it keeps where at every log level, and then is silent', async () => {
    const server = start({ LOG_LEVEL: 'silent' })
    const base = await server.address()
    await newPair(base)
    await server.stop()
    const lines = server.output.trim().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[0]).toBe(`Ephemeral Chat serves ${base}`)
    expect(lines[1]).toContain('alice@example.com and bob@example.com, password password123')
    expect(lines[2]).toMatch(/messages .* in memory.*Keeps pictures in \/\S+\/uploads, encrypted, until they vanish$/)
  })

  it('prints an address that can be opened where it listens on one of IPv6', async () => {
    const base = await start({ HOST: '::1' }).address()
    expect(base).toMatch(/^http:\/\/\[::1\]:\d+$/)
    expect((await fetch(`${base}/health`)).status).toBe(200)
  })

  it('logs a line for each request, in development only at LOG_LEVEL=debug', async () => {
    const environments: Record<string, string>[] = [{}, { NODE_ENV: 'development' }]
    const lines = [...environments, { NODE_ENV: 'development', LOG_LEVEL: 'debug' }].map(async env => {
      const server = start(env)
      await fetch(`${await server.address()}/login`)
      await server.stop()
      return server.output.match(/"msg":"request"/g)?.length ?? 0
    })
    expect(await Promise.all(lines)).toEqual([1, 0, 1])
  })

  it('speaks of no demo accounts where there are none', async () => {
    const server = start({ DEMO_USERS: 'false' })
    await server.address()
    await server.stop()
    expect(server.output).not.toContain('password')
  })

  it.each([
    [{ PORT: 'eighty' }, 'PORT is "eighty" but must be'],
    [{ MESSAGE_TTL_MS: '999' }, 'MESSAGE_TTL_MS is "999" but must be'],
    [{ PUBLIC_URL: 'https://chat.example' }, 'PUBLIC_URL is "https://chat.example" while TRUST_PROXY is 0'],
    [{ SESSION_SECRET: 'changeme' }, 'SESSION_SECRET must be'],
  ])('does not start with %o and says why in one sentence', async (env, words) => {
    const server = start(env)
    expect(await server.ended).toEqual([1, null])
    expect(server.output.startsWith(words)).toBe(true)
    expect(server.output.trim().split('\n')).toHaveLength(1)
    expect(server.output).not.toContain('changeme')
  })

  it('does not start beside a .env that it cannot read, and says so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ephemeral-chat-start-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    // Not even root can read a folder as a file.
    mkdirSync(join(folder, '.env'))
    const server = new ServerProcess({}, 'dist/main.js', folder)
    expect(await server.ended).toEqual([1, null])
    expect(server.output.trim()).toBe(
      `The file ${join(folder, '.env')} cannot be read by the user that runs the server.`,
    )
  })

  it('does not start on a port that is taken, and says so', async () => {
    const first = start()
    const { port } = new URL(await first.address())
    const second = start({ PORT: port })
    expect(await second.ended).toEqual([1, null])
    expect(second.output.trim()).toBe(`PORT is "${port}" but must be a free one: something listens on it already.`)
  })

  it.each(['name.invalid', '192.0.2.1'])('does not start on %s, no address of its own, and says so', async host => {
    const server = start({ HOST: host })
    expect(await server.ended).toEqual([1, null])
    expect(server.output.trim()).toMatch(
      new RegExp(`^HOST is "${host}" but must be an address of this machine, or a name of one \\(E\\w+\\)\\.$`),
    )
  })

  it.each(['a-file', 'a-file/below'])('does not start with UPLOAD_DIR at %s, and says so', async name => {
    const folder = mkdtempSync(join(tmpdir(), 'ephemeral-chat-start-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'a-file'), '')
    const server = start({ UPLOAD_DIR: join(folder, name) })
    expect(await server.ended).toEqual([1, null])
    expect(server.output.trim()).toBe(
      `UPLOAD_DIR is "${join(folder, name)}" but must be a folder, and a file stands there.`,
    )
  })
})
