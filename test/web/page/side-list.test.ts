import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idOf, newcomer, newPair } from '../../support/crowd.js'
import type { HttpClient } from '../../support/http-client.js'
import { startTestServer } from '../../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const textOf = async (client: HttpClient, path: string) => (await client.get(path)).text()
const queryOf = (html: string) => /name="q"[\s\S]*?value="([^"]*)"/.exec(html)?.[1]
const peopleIn = (html: string) => {
  const [, section = ''] = /<section id="people"([\s\S]*?)<\/section>/.exec(html) ?? []
  return [...section.matchAll(/name="userId" value="([^"]+)"[\s\S]*?<span>Chat with ([^<]+)</g)].map(match =>
    match.slice(1, 3),
  )
}

it('shows people with their names and ids, without oneself, before anything is typed', async () => {
  const client = await newcomer(server.url, 'aaa-first')
  const people = peopleIn(await textOf(client, '/chats'))
  expect(people).toContainEqual(['5e6f1c1a-0000-4000-8000-000000000001', 'alice'])
  expect(people.map(([, name]) => name)).not.toContain('aaa-first')
})

it('shows those that the query finds, and the query itself', async () => {
  const client = await newcomer(server.url, 'seeker')
  await newcomer(server.url, 'sought-after')
  const html = await textOf(client, '/people?q=sought')
  expect(peopleIn(html)).toEqual([[await idOf(client, 'sought-after'), 'sought-after']])
  expect(queryOf(html)).toBe('sought')
  expect(html).toContain('1 person found')
})

it('does not say "20 people found" where 24 match, on the page and in the API', async () => {
  const client = await newcomer(server.url, 'asker')
  for (let n = 0; n < 24; n++) await newcomer(server.url, `crowded-${n}`)
  const [few, many] = ['crowded-1', 'crowded']
  const said = async (query: string) =>
    /role="status">([^<]*)</.exec(await textOf(client, `/people?q=${query}`))?.[1]?.trim()
  expect(await said(many)).toBe('More than 20 people found. Type more of the name to narrow it down.')
  expect(await said(few)).toBe('11 people found')
  const api = async (query: string) => {
    const found = await (await client.get(`/api/users/search?q=${query}`)).json()
    return [found.users.length, found.more]
  }
  expect([await api(many), await api(few)]).toEqual([
    [20, true],
    [11, false],
  ])
})

it('cuts what is looked for at a whole character', async () => {
  const client = await newcomer(server.url)
  const family = '👨‍👩‍👧‍👦'
  const query = encodeURIComponent(`${'x'.repeat(60)}${family}`)
  expect(queryOf(await textOf(client, `/people?q=${query}`))).toBe('x'.repeat(60))
})

it('looks for no more than 64 characters', async () => {
  const client = await newcomer(server.url)
  expect(queryOf(await textOf(client, `/people?q=${'x'.repeat(64)}`))).toBe('x'.repeat(64))
  expect(queryOf(await textOf(client, `/people?q=${'x'.repeat(64)}y`))).toBe('x'.repeat(64))
})

it('looks for nothing when the query is given twice', async () => {
  const client = await newcomer(server.url)
  expect(queryOf(await textOf(client, '/people?q=a&q=b'))).toBe('')
})

it('shows nobody as online whom it finds', async () => {
  const { ann, ben, benName, chat } = await newPair(server.url)
  await ben.get(`${chat}/seen`)
  const [, section = ''] =
    /id="people-title"([\s\S]*?)<\/section>/.exec(await textOf(ann, `/people?q=${benName}`)) ?? []
  expect(section).toContain(benName)
  expect(section).not.toMatch(/class="dot"|Online/)
})

it('marks the chat that is open, on its page', async () => {
  const { ann, chat, room } = await newPair(server.url)
  expect(await textOf(ann, chat)).toContain(`id="cl-${room}" href="${chat}" aria-current="page"`)
})

it('counts what is unread in the title', async () => {
  const { ann, ben, chat } = await newPair(server.url)
  await ann.post(`${chat}/messages`, { content: 'one', nonce: 'n' }, chat)
  expect(await textOf(ben, '/chats')).toMatch(/<title[^>]*>\(1\) Chats/)
  expect(await textOf(ann, '/chats')).toMatch(/<title[^>]*>Chats/)
})

describe('looking for somebody', () => {
  const foundChatsIn = (html: string) => [...html.matchAll(/id="fl-[^"]+" href="([^"]+)"/g)].map(([, href]) => href)

  it('shows the chats with whom it finds first, in the place of the list, also by a part of the name', async () => {
    const { ann, benName, chat } = await newPair(server.url)
    const html = await textOf(ann, `/people?q=${benName.slice(1, -1).toUpperCase()}`)
    expect(foundChatsIn(html)).toEqual([chat])
    expect(html.indexOf('id="fl-')).toBeLessThan(html.indexOf('id="people-title"'))
    expect(peopleIn(html)).toContainEqual([await idOf(ann, benName), benName])
  })

  it('shows no chat with somebody else, and none where nobody is looked for', async () => {
    const { ann } = await newPair(server.url)
    expect(foundChatsIn(await textOf(ann, '/people?q=alice'))).toEqual([])
    expect(foundChatsIn(await textOf(ann, '/people?q='))).toEqual([])
  })

  it('does not show those among the people with whom there is a chat', async () => {
    const { ann, ben, annName, benName, chat } = await newPair(server.url)
    await ann.post(`${chat}/messages`, { content: 'here', nonce: 'n' }, chat)
    const shown = async (client: HttpClient) =>
      peopleIn(await textOf(client, '/people?people=500')).map(([, name]) => name)
    const [annSees, benSees] = [await shown(ann), await shown(ben)]
    expect(annSees).toContain('alice')
    expect([annSees.includes(benName), benSees.includes(annName)]).toEqual([false, false])
  })

  it('shows more people each time they are asked for', async () => {
    const client = await newcomer(server.url)
    for (let n = 0; n < 22; n++) await newcomer(server.url, `a-many-${n}`)
    const countOf = async (path: string) => {
      const html = await textOf(client, path)
      return [peopleIn(html).length, /href="([^"]*)#people"/.exec(html)?.[1] ?? null]
    }
    expect(await countOf('/chats')).toEqual([20, '/people?people=40'])
    expect((await countOf('/people?people=40'))[0]).toBeGreaterThan(22)
    expect((await countOf('/people?people=x'))[0]).toBe(20)
  })
})
