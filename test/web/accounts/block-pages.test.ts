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
  it('leads to the chats, and stands in the settings of the one who made it', async () => {
    expect(whereTo(await ann.post(`/people/${benId}/block`, {}, `/people/${benId}/block`))).toEqual([303, '/chats'])
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
