import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ApiClient } from '../support/api/api-client.js'
import { newAccount } from '../support/api/new-account.js'
import { openWithBob, startWithTwoClients } from '../support/api/two-clients.js'
import { aliceId, bobId } from '../support/http-client.js'
import { ProgramSocket } from '../support/live/program-socket.js'
import { startTestServer } from '../support/test-server.js'

const users = z.object({ users: z.array(z.object({ id: z.string(), isOnline: z.boolean().nullable() })) })

let server: Awaited<ReturnType<typeof startWithTwoClients>>['server']
let alice: ApiClient
let bob: ApiClient
beforeAll(async () => {
  ;({ server, alice, bob } = await startWithTwoClients())
})
afterAll(() => server.stop())

const register = (username: string) => newAccount(alice, username)

const open = () => openWithBob(alice)

it('finds people by 2 letters or more, and shows who is here only of those who have opened a chat with the asker', async () => {
  const { client: stranger } = await register('dora')
  const socket = await ProgramSocket.open(server.url, { token: bob.token })
  const roomId = await open()
  await stranger.post('/chat/rooms', { otherUserId: bobId })
  const seen = async (client: ApiClient) => users.parse((await client.get('/users/search?q=BO')).body).users
  await bob.get(`/chat/rooms/${roomId}/messages`)
  expect(await seen(alice)).toEqual([expect.objectContaining({ id: bobId, isOnline: true })])
  expect(await seen(stranger)).toEqual([{ id: bobId, isOnline: null }])
  const listed = users.parse((await alice.get('/users')).body).users.map(({ id }) => id)
  expect([listed.includes(bobId), listed.includes(aliceId)]).toEqual([true, false])
  for (const query of ['', '?q=', '?q=b', '?q=%20b%20', '?q=bo&q=bob']) {
    expect((await alice.get(`/users/search${query}`)).body.code, query).toBe('invalid')
  }
  socket.close()
})

it('finds whole names alone where the directory is exact', async () => {
  const exact = await startTestServer({ DIRECTORY: 'exact' })
  try {
    const client = await ApiClient.connect(exact.url, 'alice@example.com')
    const count = async (path: string) => users.parse((await client.get(path)).body).users.length
    expect([await count('/users'), await count('/users/search?q=bo'), await count('/users/search?q=bob')]).toEqual([
      0, 0, 1,
    ])
  } finally {
    await exact.stop()
  }
})

const peopleSchema = z.object({
  users: z.array(
    z.object({
      id: z.string(),
      username: z.string(),
      isOnline: z.boolean().nullable(),
      lastSeen: z.string().nullable(),
    }),
  ),
})
const found = async (client: ApiClient, path: string) => peopleSchema.parse((await client.get(path)).body).users
const unseen = { isOnline: null, lastSeen: null }

describe('a search for people', () => {
  it('takes two letters, and no fewer, whatever space stands around them', async () => {
    const codeOf = async (q: string) => (await alice.get(`/users/search?q=${encodeURIComponent(q)}`)).body.errors
    expect(await codeOf('bo')).toBeUndefined()
    for (const short of ['', 'b', ' b ', '\u{1f600}']) expect(await codeOf(short)).toEqual({ q: 'query_short' })
    expect((await alice.get('/users/search')).body.errors).toEqual({ q: 'required' })
  })

  it('takes a hundred characters, and no more', async () => {
    const answerTo = (length: number) => alice.get(`/users/search?q=${'x'.repeat(length)}`)
    expect((await answerTo(100)).body).toEqual({ users: [], more: false })
    expect((await answerTo(101)).body.errors).toEqual({ q: 'query_long' })
  })

  it('gives names and ids of others alone', async () => {
    expect(await found(alice, '/users/search?q=ALI')).toEqual([])
    const { client } = await register('searcher')
    expect(await found(client, '/users/search?q=ALI')).toEqual([{ id: aliceId, username: 'alice', ...unseen }])
  })

  it('says since when somebody is away who has opened the chat with the asker, and of nobody else', async () => {
    const [asker, other] = [await register('asker-one'), await register('away-one')]
    const search = () => found(asker.client, '/users/search?q=away-one')
    expect(await search()).toEqual([{ id: other.id, username: 'away-one', ...unseen }])
    const { body } = await asker.client.post('/chat/rooms', { otherUserId: other.id })
    await other.client.get(`/chat/rooms/${body.roomId}/messages`)
    const socket = await ProgramSocket.open(server.url, { token: other.client.token })
    await expect.poll(search).toEqual([{ id: other.id, username: 'away-one', isOnline: true, lastSeen: null }])
    socket.close()
  })
})

it('the list of people is those that are found without a name, without the asker', async () => {
  const { client, id } = await register('lister')
  const listed = await found(client, '/users')
  expect(listed).toContainEqual({ id: aliceId, username: 'alice', ...unseen })
  expect(listed.map(each => each.id)).not.toContain(id)
  expect(listed.length).toBeLessThanOrEqual(20)
})
