import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { projectRoot } from '#src/project-root.js'
import { scratchFolder } from './support/leftovers.js'
import { verify } from './support/remains/command.js'

/** Runs a command as `npm run NAME -- ...` does, without npm. */
function runCommand(name: string, ...args: readonly string[]) {
  const script = join(projectRoot, 'scripts', `${name}.mjs`)
  const env = { PATH: process.env.PATH ?? '' }
  return new Promise<{ code: number; out: string; err: string }>(resolve => {
    execFile(process.execPath, [script, ...args], { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out: out.trim(), err: err.trim() })
    })
  })
}

const commands = ['bench', 'chaos', 'fuzz', 'mutate', 'soak', 'spoken', 'verify-ephemeral']

describe('a command', () => {
  it.each(commands)('says how it is used: %s --help', async name => {
    const usage = expect.stringMatching(new RegExp(`^Usage: npm run ${name} -- `))
    expect(await runCommand(name, '--help')).toEqual({ code: 0, out: usage, err: '' })
  })

  it.each(commands)('says what it does not know, and how it is used: %s', async name => {
    const { code, out, err } = await runCommand(name, '--colour')
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(new RegExp(`^Unknown option '--colour'\n\nUsage: npm run ${name} -- `))
  })

  it.each<[string, string[], RegExp]>([
    ['soak', ['forever'], /^"forever" is a word too many\.\n\nUsage/],
    ['fuzz', ['many'], /^"many" is no number of inputs\.\n\nUsage/],
  ])('says what is wrong with its words: %s %j', async (name, args, sentence) => {
    expect(await runCommand(name, ...args)).toEqual({ code: 2, out: '', err: expect.stringMatching(sentence) })
  })

  it('of faults names all that there are where it knows none of that name, whatever else was asked for', async () => {
    const { code, err } = await runCommand('chaos', 'SIGSTOP', 'nosuchfault')
    expect(code).toBe(1)
    expect(err).toMatch(/^No fault has "nosuchfault" in its name\. There are:\n {2}\w/)
    expect(err.split('\n')).toContainEqual(expect.stringMatching(/^ {2}.*second server/))
  })

  it.each<[string[], RegExp]>([
    [['localhost:3517'], /^"localhost:3517" is no address: it begins with http/],
    [['http://localhost:3517', '--operator', 'foo'], /^"foo" is no address/],
    [['http://localhost:3517', '--pid', 'abc'], /^--pid takes the number of a process, and "abc" is none\./],
    [['--log', 'a-file'], /^--operator, --pid and --log are about a running server: name its URL too\./],
  ])('of what is left of messages says what is wrong with its words: %j', async (args, sentence) => {
    const { code, err } = await verify(...args).ended
    expect([code, err]).toEqual([2, expect.stringMatching(sentence)])
  })

  it.each<[string, (response: ServerResponse) => void, (url: string) => string]>([
    ['hangs', () => {}, url => `No server answers at ${url} (not for 10 seconds): check the URL.`],
    ['is no chat', response => response.end('{}'), url => `What answers at ${url} is not this chat: check the URL.`],
  ])('of what is left of messages says that what is at its URL %s', async (_what, answer, sentence) => {
    const other = createServer((_request, response) => answer(response)).listen(0, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => {
      other.closeAllConnections()
      other.close()
    })
    const address = other.address()
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    const { code, err } = await verify(url).ended
    expect([code, err]).toEqual([1, sentence(url)])
  })

  it('of what is left of messages says which address nobody answers at', async () => {
    const { code, err } = await verify('http://127.0.0.1:1').ended
    const sentence = /^No server answers at http:\/\/127\.0\.0\.1:1 \([\w ]+\): check the URL\.$/
    expect([code, err]).toEqual([1, expect.stringMatching(sentence)])
  })
})

it.each<NodeJS.Signals>(['SIGINT', 'SIGTERM', 'SIGHUP'])(
  '%s leaves no folder and no server of chaos behind',
  async signal => {
    const folder = scratchFolder('ended')
    onTestFinished(() => folder.remove())
    const script = join(projectRoot, 'scripts', 'chaos.mjs')
    const env = { PATH: process.env.PATH ?? '', TMPDIR: folder.path }
    const child = spawn(process.execPath, [script, 'second server'], { env, stdio: 'ignore' })
    const ended = once(child, 'close')
    const servers = () => readdirSync(folder.path).filter(name => name.startsWith('ephemeral-chat-server-'))
    await expect.poll(() => servers().length, { timeout: 60_000 }).toBeGreaterThan(0)
    child.kill(signal)
    await ended
    expect(readdirSync(folder.path).filter(name => name.startsWith('ephemeral-chat-'))).toEqual([])
  },
)
