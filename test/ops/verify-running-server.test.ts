import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startHeaderProxy } from '../support/header-proxy.js'
import { scratchFolder } from '../support/leftovers.js'
import { token, verify } from '../support/remains/command.js'
import { ThrowawayAccounts } from '../support/remains/throwaway-accounts.js'
import { ServerProcess } from '../support/server-process.js'

const folder = scratchFolder('verified')
let server: ServerProcess
let url: string
/** It passes nothing on to the operator. */
let proxy: Awaited<ReturnType<typeof startHeaderProxy>>

beforeAll(async () => {
  // Lives are those of a server without settings. Paths count from its own folder.
  const places = { ACCOUNTS_URL: 'file:kept/accounts.json', UPLOAD_DIR: 'pictures' }
  server = new ServerProcess({ OPERATOR_TOKEN: token, REGISTRATION: 'closed', ...places }, undefined, folder.path)
  url = await server.address()
  proxy = await startHeaderProxy(url, { inner: /^\/operator/ })
})
afterAll(async () => {
  await proxy.stop()
  await server.stop()
  folder.remove()
})

const ask = (path: string, init: RequestInit = {}) =>
  fetch(`${url}/operator${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  })

/** How many accounts of the command there are. */
const countAccounts = async () => (await (await ask('/accounts')).text()).split('"username":"check-').length - 1

describe('a running server', () => {
  it('is checked behind a proxy, by accounts that are gone afterwards', async () => {
    const log = join(folder.path, 'log')
    appendFileSync(log, '')
    server.child.stdout?.on('data', text => appendFileSync(log, text))
    const { pid } = server.child
    const { code, lines, err } = await verify(
      ...[proxy.url, '--operator', url, '--pid', String(pid), '--log', log, '--short'],
    ).ended
    expect([code, lines.at(-1), err]).toEqual([0, '3 passed, 0 failed', ''])
    expect(lines.at(-2)).toMatch(/^Counted as neither: \d not checked/)
    const [kept, pictures] = [join(folder.path, 'kept'), join(folder.path, 'pictures')]
    expect(lines).toContain(
      `files in ${kept} and ${pictures}, files that the server has open: not found (the same search found the name of a person and a sealed picture)`,
    )
    expect(lines).toContain('the log: not found (the same search found the line of a request)')
    expect(lines).toContainEqual(expect.stringMatching(/^pages and API: found, gone after /))
    expect(lines).toContainEqual(expect.stringMatching(/^raw memory.*: (found|not checked, because)/))
    expect(lines).toContainEqual(expect.stringMatching(/^live buffers: not checked, because/))
    expect(await countAccounts()).toBe(0)
  })

  it.each<[string, NodeJS.Signals]>([
    ['Ctrl+C', 'SIGINT'],
    ['its terminal was closed', 'SIGHUP'],
  ])('has none of these accounts left after %s', async (_what, signal) => {
    const run = verify(url)
    await expect.poll(countAccounts).toBe(2)
    run.end(signal)
    const { code, err } = await run.ended
    expect([code, err, await countAccounts()]).toEqual([130, 'Stopped.', 0])
  })

  it.each([
    [['--log', '/nowhere/log'], /^The log \/nowhere\/log cannot be read \(ENOENT\)\.$/],
    // More than Linux gives. Source: proc(5), pid_max
    [['--pid', '4194305'], /^No process has the number 4194305\.$/],
  ])('has no account made when it is asked for %j', async (args, sentence) => {
    const { code, err } = await verify(url, ...args).ended
    expect([code, err]).toEqual([1, expect.stringMatching(sentence)])
  })

  it('that answers no operator is told how to name another address', async () => {
    const { code, err } = await verify(proxy.url).ended
    expect([code, err]).toEqual([1, expect.stringMatching(/^No operator is answered at .*--operator\.$/)])
  })

  it('is told where nobody answers its operator', async () => {
    const { code, err } = await verify(url, '--operator', 'http://127.0.0.1:1').ended
    expect([code, err]).toEqual([1, 'No server answers at http://127.0.0.1:1: check --operator.'])
  })
})

it('where one account cannot be deleted, the other goes all the same, and the first is named', async () => {
  const accounts = new ThrowawayAccounts(url, {
    async add(username, email) {
      const answer = await ask('/accounts', { method: 'POST', body: JSON.stringify({ username, email }) })
      return String((await answer.json()).link)
    },
    async remove(name) {
      if (name === 'check-first') throw new Error('a full disk')
      await ask(`/accounts/${name}/delete`, { method: 'POST' })
    },
  })
  onTestFinished(async () => void (await ask('/accounts/check-first/delete', { method: 'POST' })))
  for (const name of ['check-first', 'check-second']) await accounts.make({ name, password: 'long enough 1' })
  const stay = await accounts.removeAll()
  expect([stay?.isKept, stay?.line]).toEqual([false, expect.stringMatching(/check-first could not.*a full disk/)])
  expect(await countAccounts()).toBe(1)
})
