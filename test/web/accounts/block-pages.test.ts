import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idOf, newcomer } from '../../support/crowd.js'
import { HttpClient } from '../../support/http-client.js'
import { startTestServer } from '../../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
let ann: HttpClient
let ben: HttpClient
let annId: string
let benId: string
beforeAll(async () => {
  server = await startTestServer()
  ann = await newcomer(server.url, 'blocker-ann')
  ben = await newcomer(server.url, 'blocked-ben')
  annId = await idOf(ben, 'blocker-ann')
  benId = await idOf(ann, 'blocked-ben')
})
afterAll(() => server.stop())

const textOf = async (client: HttpClient, path: string) => (await client.get(path)).text()
const whereTo = ({ status, headers }: Response) => [status, headers.get('location')]

describe('the question before a block', () => {
  it('names the other person, and its form posts to their address', async () => {
    const answer = await ann.get(`/people/${benId}/block`)
    const html = await answer.text()
    expect(answer.status).toBe(200)
    expect(html).toContain('<h1>Block blocked-ben?</h1>')
    expect(html).toContain(`<form method="post" action="/people/${benId}/block">`)
  })

  it('blocks nobody by itself', async () => {
    await ann.get(`/people/${benId}/block`)
    expect(await textOf(ann, '/settings/privacy')).not.toContain('Blocked people')
  })

  it('is not found for oneself', async () => {
    expect((await ann.get(`/people/${annId}/block`)).status).toBe(404)
  })

  it('is not found for nobody', async () => {
    expect((await ann.get('/people/nobody/block')).status).toBe(404)
  })
})

describe('a block', () => {
  it('says what it did and offers to end it, and stands in the settings of the one who made it', async () => {
    const page = `/people/${benId}/block`
    expect(whereTo(await ann.post(page, {}, page))).toEqual([303, page])
    const html = await textOf(ann, page)
    expect(html).toContain('<h1>You blocked blocked-ben</h1>')
    expect(html).toContain('this chat has left your list')
    expect(html).toMatch(/action="\/people\/[\w-]+\/unblock">.*<button[^>]*>Unblock blocked-ben</s)
    expect(html).not.toContain(`action="${page}"`)
    const settings = await textOf(ann, '/settings/privacy')
    expect(settings).toContain('Blocked people')
    expect(settings).toContain('<bdi>blocked-ben</bdi>')
    expect(settings).toContain(`action="/people/${benId}/unblock"`)
    expect(await textOf(ben, '/settings/privacy')).not.toContain('Blocked people')
  })

  it('ends by the button in the settings, which then say so', async () => {
    await ann.post(`/people/${benId}/block`, {}, `/people/${benId}/block`)
    const answer = await ann.post(`/people/${benId}/unblock`, {}, '/settings')
    expect(whereTo(answer)).toEqual([303, '/settings/privacy?done=unblocked'])
    const settings = await textOf(ann, '/settings/privacy?done=unblocked')
    expect(settings).toContain('You can chat with each other again.')
    expect(settings).not.toContain('Blocked people')
  })

  it('ends by the button of its page, which then says so and leads on', async () => {
    const page = `/people/${benId}/block`
    await ann.post(page, {}, page)
    const answer = await ann.post(`/people/${benId}/unblock`, { from: 'block' }, page)
    expect(whereTo(answer)).toEqual([303, `${page}?done=unblocked`])
    const html = await textOf(ann, `${page}?done=unblocked`)
    expect(html).toContain('<h1>You unblocked blocked-ben</h1>')
    expect(html).toMatch(/name="userId" value="[\w-]+">.*<button[^>]*>Chat with blocked-ben</s)
    expect(html).toContain('href="/chats"')
    expect(await textOf(ann, page)).toContain('<h1>Block blocked-ben?</h1>')
  })

  it('is said by its page also where an address says that it has ended', async () => {
    const page = `/people/${benId}/block`
    await ann.post(page, {}, page)
    expect(await textOf(ann, `${page}?done=unblocked`)).toContain('<h1>You blocked blocked-ben</h1>')
    await ann.post(`/people/${benId}/unblock`, {}, page)
  })

  it('is said at the button of whoever is blocked, which leads to its page', async () => {
    const page = `/people/${benId}/block`
    const formOf = async (client: HttpClient, name: string) =>
      (await textOf(client, `/people?q=${name}`)).match(
        new RegExp(`<form(?:(?!</form>).)*Chat with ${name}.*?</form>`, 's'),
      )?.[0]
    expect(await formOf(ann, 'blocked-ben')).not.toContain('Blocked</span>')
    await ann.post(page, {}, page)
    const form = await formOf(ann, 'blocked-ben')
    expect(form).toContain(`<form action="${page}">`)
    expect(form).toContain('Blocked</span>')
    expect(await formOf(ben, 'blocker-ann')).not.toContain('Blocked</span>')
    await ann.post(`/people/${benId}/unblock`, {}, page)
  })

  it('of oneself is not found', async () => {
    expect((await ann.post(`/people/${annId}/block`, {}, '/settings')).status).toBe(404)
    expect(await textOf(ann, '/settings/privacy')).not.toContain('Blocked people')
  })
})

it.each([
  ['block', (id: string) => `/login?next=${encodeURIComponent(`/people/${id}/block`)}`],
  ['unblock', () => '/login?next=%2Fsettings%2Fprivacy'],
])('a stranger who posts to %s goes to the log-in, and from there to the page with the form', async (verb, goal) => {
  const answer = await new HttpClient(server.url).request('POST', `/people/${benId}/${verb}`)
  expect(whereTo(answer)).toEqual([303, goal(benId)])
})
