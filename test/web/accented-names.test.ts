import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { newAccount } from '#src/accounts/account.js'
import { writeAccountFile } from '#src/accounts/store/account-file.js'
import { reallyDifferent, sameButForAccents } from '../field/names.js'
import { newcomer } from '../support/crowd.js'
import { HttpClient } from '../support/http-client.js'
import { startOneServer, startTestServer } from '../support/test-server.js'

const password = 'long enough 1'

let open: Awaited<ReturnType<typeof startTestServer>>
let exact: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  ;[open, exact] = await Promise.all([startTestServer(), startTestServer({ DIRECTORY: 'exact' })])
})
afterAll(() => Promise.all([open.stop(), exact.stop()]))

let registered = 0

/** Registers somebody, whose address has nothing to do with their name. */
async function register(url: string, username: string): Promise<{ client: HttpClient; status: number; html: string }> {
  registered += 1
  const client = new HttpClient(url)
  const email = `named-${registered}@example.com`
  const answer = await client.post('/register', { username, email, password })
  return { client, status: answer.status, html: await answer.text() }
}

/** The names on the page of people. */
async function foundBy(client: HttpClient, typed: string): Promise<string[]> {
  const html = await (await client.get(`/people?q=${encodeURIComponent(typed)}`)).text()
  return [...html.matchAll(/Chat with (?:<bdi>)?([^<]*)/g)].map(([, name = '']) => name.replace(/[\u2066-\u2069]/g, ''))
}

describe.each([
  ['open', () => open.url],
  ['exact', () => exact.url],
])('in an %s directory', (_directory, url) => {
  it.each(sameButForAccents.map(([typed, name, what], n) => [`${typed}-${n}`, `${name}-${n}`, what] as const))(
    '%s finds %s and is too much like it to be registered: %s',
    async (typed, name) => {
      const seeker = await newcomer(url())
      expect((await register(url(), name)).status).toBe(303)
      expect(await foundBy(seeker, typed)).toEqual([name.normalize('NFC')])
      const refused = await register(url(), typed)
      expect([refused.status, refused.html.includes('id="username-error"')]).toEqual([422, true])
    },
  )

  it.each(reallyDifferent.map(([one, other, what]) => [`${one}-1`, `${other}-1`, what] as const))(
    '%s and %s are two people: %s',
    async (one, other) => {
      const seeker = await newcomer(url())
      expect([(await register(url(), one)).status, (await register(url(), other)).status]).toEqual([303, 303])
      expect(await foundBy(seeker, one)).not.toContain(other)
    },
  )
})

it('a program finds by a name without its accents too', async () => {
  const { client } = await register(open.url, 'Kübra')
  const search = async (q: string) =>
    (await (await client.get(`/api/users/search?q=${encodeURIComponent(q)}`)).json()).users
  await register(open.url, 'Gülşen')
  expect(await search('gulsen')).toMatchObject([{ username: 'Gülşen' }])
  expect(await search('ULŞ')).toMatchObject([{ username: 'Gülşen' }])
})

it('two whose names came to differ in accents alone still log in and are both found, and no third comes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-test-accounts-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'accounts.json')
  const names = ['Łukasz', 'Lukasz', 'Søren', 'Soren']
  const passwordHash = hashSync(password, 4)
  await writeAccountFile(
    path,
    names.map((username, n) =>
      newAccount({ id: `id-${n}`, username, email: `${n}@example.com`, passwordHash, createdAt: 1 }),
    ),
  )
  const server = await startOneServer({ ACCOUNTS_URL: `file:${path}` })
  onTestFinished(() => server.stop())
  for (const [n, username] of names.entries()) {
    const client = new HttpClient(server.url)
    await client.logIn(`${n}@example.com`, password)
    expect(await (await client.get('/settings')).text()).toContain(`<bdi>${username}</bdi>`)
  }
  const seeker = await newcomer(server.url)
  expect((await foundBy(seeker, 'lukasz')).sort()).toEqual(['Lukasz', 'Łukasz'])
  expect((await foundBy(seeker, 'SØR')).sort()).toEqual(['Soren', 'Søren'])
  expect((await register(server.url, 'ŁUKASZ')).status).toBe(422)
})
