import { afterAll, beforeAll, expect, it } from 'vitest'
import { newcomer } from '../../support/crowd.js'
import { HttpClient } from '../../support/http-client.js'
import { startTestServer } from '../../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

/** The fields of a page where people write, by their names or ids, with what each says that it is for. */
async function purposesOn(client: HttpClient, path: string): Promise<string[]> {
  const html = await (await client.get(path)).text()
  return [...html.matchAll(/<input\s[^>]*>/g)]
    .map(([input]) => input)
    .filter(input => /\stype="(?:text|email|password)"/.test(input))
    .map(input => `${/\sname="([^"]*)"/.exec(input)?.[1]}: ${/\sautocomplete="([^"]*)"/.exec(input)?.[1]}`)
}

it('says by autocomplete what each field about the person is for', async () => {
  const visitor = new HttpClient(server.url)
  expect(await purposesOn(visitor, '/login')).toEqual(['email: username', 'password: current-password'])
  expect(await purposesOn(visitor, '/register')).toEqual([
    'username: nickname',
    'email: email',
    'password: new-password',
  ])
  const ann = await newcomer(server.url, 'Fields')
  const purposes = await purposesOn(ann, '/settings/account')
  expect(purposes.length).toBeGreaterThan(2)
  expect(purposes.filter(each => !/: (?:username|current-password|new-password)$/.test(each))).toEqual([])
})
