import { expect, it } from 'vitest'
import { AccountSessions } from '#src/http/account-sessions.js'
import { sessionsPerAccount } from '#src/http/sessions.js'
import { newcomer } from '../support/crowd.js'
import { HttpClient } from '../support/http-client.js'
import { LivePage } from '../support/live-page.js'
import { startTestServer } from '../support/test-server.js'

it('an account that is logged in to again and again holds its newest sessions alone, and the lines of no other', async () => {
  const server = await startTestServer()
  try {
    const credentials = { email: 'ann@example.com', password: 'long enough 1' }
    const logIn = async () => {
      const client = new HttpClient(server.url)
      expect((await client.logIn(credentials.email, credentials.password)).status).toBe(303)
      return client
    }
    const isLoggedIn = async (client: HttpClient) => (await client.get('/chats')).status === 200
    const [ben, first] = [await newcomer(server.url, 'ben'), await newcomer(server.url, 'ann')]
    const second = await logIn()
    const bot = new HttpClient(server.url)
    const body = new URLSearchParams({ _csrf: await bot.token('/login'), ...credentials })
    const logInByBot = async () => {
      bot.cookies.delete(bot.sessionName)
      expect((await bot.request('POST', '/login', { body })).status).toBe(303)
    }
    for (let count = 2; count < sessionsPerAccount; count += 1) await logInByBot()
    const [oldest, next] = [
      await LivePage.open(server.url, first, '/chats'),
      await LivePage.open(server.url, second, '/chats'),
    ]
    // A session that was logged out of makes room: the next log-in ends none.
    expect((await bot.post('/logout', {}, '/chats')).status).toBe(303)
    bot.cookies.clear()
    body.set('_csrf', await bot.token('/login'))
    await logInByBot()
    expect(await isLoggedIn(first)).toBe(true)
    await logInByBot()
    expect(await oldest.closed).toBe(4401)
    expect(await Promise.all([first, second, ben].map(isLoggedIn))).toEqual([false, true, true])
    await next.fence()
    await next.close()
  } finally {
    await server.stop()
  }
})

it('sessions that have ended make room, and their account is forgotten with the last', () => {
  const sessions = new AccountSessions()
  expect([sessions.add('ann', '1', 2), sessions.add('ann', '2', 2), sessions.add('ben', '3', 2)]).toEqual([[], [], []])
  sessions.remove('ann', '1')
  sessions.remove('nobody', '1')
  expect(sessions.add('ann', '4', 2)).toEqual([])
  expect(sessions.add('ann', '5', 2)).toEqual(['2'])
  expect([sessions.list('ann'), sessions.list('nobody')]).toEqual([['2', '4', '5'], []])
})
