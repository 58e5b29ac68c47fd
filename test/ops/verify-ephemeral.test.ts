import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { projectRoot } from '#src/project-root.js'
import { verifyFromOutside } from '../support/remains/verification.js'
import { ServerProcess } from '../support/server-process.js'

const token = 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'

/** Runs `npm run verify-ephemeral -- ...` without npm. */
function verify(args: readonly string[], env: Record<string, string> = {}) {
  return new Promise<{ code: number; lines: string[]; err: string }>(resolve => {
    const settings = { PATH: process.env.PATH ?? '', ...env }
    const command = [join(projectRoot, 'scripts', 'verify-ephemeral.mjs'), ...args]
    execFile(process.execPath, command, { env: settings }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), lines: out.trim().split('\n'), err: err.trim() })
    })
  })
}

it('nothing of texts, descriptions and pictures is left anywhere after their time', async () => {
  const { code, lines, err } = await verify(['--short'])
  expect([code, lines, code === 0 || err]).toEqual([
    0,
    expect.arrayContaining([expect.stringMatching(/^\d passed, 0 failed$/)]),
    true,
  ])
  // Of this place nothing is promised; while messages live, they must have been found in it.
  expect(lines).toContainEqual(expect.stringMatching(/^raw memory.*: (found|not checked, because)/))
  for (const place of ['files in', 'the log', 'pages and API', 'strings of a heap snapshot', 'live buffers'])
    expect(lines).toContainEqual(
      expect.stringMatching(new RegExp(`^${place}.*: (not found|found, gone after [\\d.]+ s )`)),
    )
})

it('a server that keeps, writes or logs what people send is found out', async () => {
  const findings = await verifyFromOutside(12_000, 'test/support/remains/leaking-server.mjs', 5000)
  expect(findings.map(({ line, isKept }) => [line.split(/:| in /)[0], isKept])).toEqual([
    ['files', false],
    ['the log', false],
    ['raw memory of the process, free memory too', null],
  ])
})

it('a running server is checked by accounts that are gone afterwards', async () => {
  const lives = { MESSAGE_TTL_MS: '8000', MESSAGE_TTL_MAX_MS: '8000', IMAGE_TTL_MS: '8000' }
  const server = new ServerProcess({ OPERATOR_TOKEN: token, REGISTRATION: 'invite', ...lives })
  onTestFinished(() => server.stop())
  const url = await server.address()
  const { code, lines } = await verify([url, '--pid', String(server.child.pid)], { OPERATOR_TOKEN: token })
  expect([code, lines]).toEqual([0, expect.arrayContaining([expect.stringMatching(/^[23] passed, 0 failed$/)])])
  expect(lines).toContainEqual(expect.stringMatching(/^the log: not checked, because/))
  const accounts = await fetch(`${url}/operator/accounts`, { headers: { authorization: `Bearer ${token}` } })
  expect(await accounts.text()).not.toContain('check-')
})

it('where nobody can register it says what it needs', async () => {
  const server = new ServerProcess({ OPERATOR_TOKEN: token, REGISTRATION: 'closed' })
  onTestFinished(() => server.stop())
  const { code, err } = await verify([await server.address()], { OPERATOR_TOKEN: token })
  expect([code, err]).toEqual([1, expect.stringMatching(/^Two accounts are needed .* REGISTRATION=invite/)])
})
