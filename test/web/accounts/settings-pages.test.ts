import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { join as joinAt, logInAgain, textOf } from '../../support/accounts/member.js'
import { idOf, newPair } from '../../support/crowd.js'
import { aliceId, HttpClient } from '../../support/http-client.js'
import { LivePage, type Operation } from '../../support/live-page.js'
import { startTestServer } from '../../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT_AUTH: '5' })
})
afterAll(() => server.stop())

const join = (zone?: string) => joinAt(server.url, zone)
const logIn = (email: string, secret?: string) => logInAgain(server.url, email, secret)

describe('what a person sets', () => {
  it('is kept with the account and applied on every page', async () => {
    const { client, email } = await join()
    expect(await textOf(client, '/chats')).not.toContain('data-theme')
    const fields = { theme: 'light', zone: 'Asia/Tokyo', sendKey: 'ctrl-enter', refreshSeconds: '15' }
    const saved = await client.post('/settings', fields)
    expect([saved.status, saved.headers.get('location')]).toEqual([303, '/settings?done=saved'])
    expect(await textOf(client, '/settings?done=saved')).toContain('Settings saved')
    const elsewhere = await logIn(email)
    for (const path of ['/chats', '/settings', '/nowhere']) {
      expect(await textOf(elsewhere, path)).toContain('<html lang="en" dir="ltr" data-theme="light">')
    }
    const page = await textOf(elsewhere, '/settings')
    for (const value of Object.values(fields)) {
      expect(page).toMatch(new RegExp(`value="${value}" (checked|selected)>`))
    }
    const chat = await textOf(elsewhere, await elsewhere.openChat(aliceId))
    expect(chat).toContain('data-send-key="ctrl-enter"')
    expect(chat).toContain('Ctrl+Enter sends. Enter starts a new line.')
  })

  it('sets the size of text, what is spoken, and what sounds, with boxes that can all be empty', async () => {
    const { client } = await join()
    const chat = await client.openChat(aliceId)
    expect(await textOf(client, chat)).not.toMatch(/data-size=|data-sounds|data-notice|notices-/)
    const post = async (fields: [string, string][]) => {
      const body = new URLSearchParams([['_csrf', await client.token('/settings')], ...fields])
      return client.request('POST', '/settings', { body })
    }
    await post([
      ['textSize', 'larger'],
      ['announced', ''],
      ['announced', 'typing'],
      ['sounds', ''],
      ['sounds', 'mine'],
      ['sounds', 'theirs'],
      ['notifies', 'yes'],
    ])
    const page = await textOf(client, chat)
    expect(page).toContain('data-size="larger"')
    expect(page).toContain('data-sounds="mine theirs"')
    expect(page).toContain('data-notice="You have a new message"')
    expect(page).toMatch(/<script type="module" src="[^"]*notices-/)
    const checked = /name="(announced|sounds)" value="(\w+)" checked/g
    const boxes = async () => {
      const html = (await textOf(client, '/settings/accessibility')) + (await textOf(client, '/settings/notifications'))
      return [...html.matchAll(checked)].map(([, , value]) => value)
    }
    expect(await boxes()).toEqual(['typing', 'mine', 'theirs'])
    await post([
      ['announced', ''],
      ['sounds', ''],
    ])
    expect(await boxes()).toEqual([])
    expect((await post([['sounds', 'drums']])).status).toBe(422)
  })

  it('decides in which zone times are said, before what the browser says', async () => {
    const { client } = await join('Asia/Kolkata')
    const chat = await client.openChat(aliceId)
    const from = Date.now()
    await client.post(`${chat}/messages`, { content: 'hello', nonce: 'n' }, chat)
    const to = Date.now()
    const hourIn = (timeZone: string) => {
      const inZone = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone })
      return new RegExp(`<time>(${inZone.format(from)}|${inZone.format(to)})&#8194;`)
    }
    expect(await textOf(client, chat)).toMatch(hourIn('Asia/Kolkata'))
    await client.post('/settings', { zone: 'Asia/Tokyo' })
    expect(await textOf(client, chat)).toMatch(hourIn('Asia/Tokyo'))
    await client.post('/settings', { zone: '' })
    expect(await textOf(client, chat)).toMatch(hourIn('Asia/Kolkata'))
  })

  it('takes the zone that a browser tells after a journey, and has its page loaded again once', async () => {
    const { client } = await join('Asia/Tokyo')
    const tell = async (zone: string) => {
      const answer = await client.post('/settings/zone', { zone }, '/settings')
      return [answer.status, answer.headers.get('hx-refresh')]
    }
    expect(await textOf(client, '/settings')).toContain('data-told="Asia/Tokyo"')
    expect(await tell('Europe/Madrid')).toEqual([204, 'true'])
    expect(await textOf(client, '/settings')).toContain('time zone is Europe/Madrid')
    expect(await textOf(client, '/settings')).toContain('data-told="Europe/Madrid"')
    for (const zone of ['Europe/Madrid', 'europe/madrid', 'Mars/Olympus', ''])
      expect(await tell(zone)).toEqual([204, null])
    expect(await textOf(client, '/settings')).toContain('time zone is Europe/Madrid')
    await client.post('/settings', { zone: 'Asia/Dubai' })
    expect(await textOf(client, '/settings')).not.toContain('data-told')
  })

  it('knows a time zone by its one name, however the browser or a form spells it', async () => {
    const { client } = await join('aMeRiCa/nEw_yOrK')
    expect(await textOf(client, '/settings')).toContain('time zone is America/New York')
    await client.post('/settings', { zone: 'aSiA/tOkYo' })
    const page = await textOf(client, '/settings')
    expect(page).toMatch(/<option value="Asia\/Tokyo" selected/)
    expect(page).not.toContain('aSiA')
  })

  it('is refused when it is none of the choices, and nothing of it is kept', async () => {
    const { client } = await join()
    for (const fields of [{ theme: 'pink' }, { zone: 'Mars/Olympus' }, { refreshSeconds: '1' }, { sendKey: 'x' }]) {
      const answer = await client.post('/settings', { theme: 'light', ...fields })
      expect(answer.status).toBe(422)
      expect(await answer.text()).toContain('page-title">Error: Settings')
    }
    expect(await textOf(client, '/settings')).not.toContain('data-theme')
  })

  it('is for those who are logged in, and needs a token', async () => {
    const stranger = new HttpClient(server.url)
    expect((await stranger.get('/settings')).headers.get('location')).toBe('/login?next=%2Fsettings')
    const { client } = await join()
    const answer = await client.request('POST', '/settings', { body: new URLSearchParams({ theme: 'light' }) })
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain('This page is out of date')
  })

  it('is found from every page with the list', async () => {
    const { client } = await join()
    for (const path of ['/chats', await client.openChat(aliceId)]) {
      const page = await textOf(client, path)
      expect(page).toContain('href="/settings" aria-label="Settings"')
      expect(page).toContain('>Log out</button>')
    }
  })
})

describe('titles of pages', () => {
  const titleOf = (html: string) => /<title[^>]*>([^<]*?) · /.exec(html)?.[1]

  it('leave names out for who wants it, also those that are pushed', async () => {
    const { ann, ben, benName, chat } = await newPair(server.url)
    const benId = await idOf(ann, benName)
    const titles = () =>
      Promise.all([chat, `${chat}/frame`, `/people/${benId}/block`].map(async path => titleOf(await textOf(ann, path))))
    expect(await titles()).toEqual([`Chat with ${benName}`, `Chat with ${benName}`, `Block ${benName}?`])
    await ann.post('/settings/privacy', { discreetTitles: 'yes' })
    expect(await titles()).toEqual(['Chat', 'Chat', 'Block'])
    const page = await LivePage.open(server.url, ann, chat)
    await ben.post(`${chat}/messages`, { content: 'hi', nonce: 'n' }, chat)
    const ofTitle = ({ target }: Operation) => target === 'page-title'
    const { operations } = await page.frame(frame => frame.operations.some(ofTitle))
    expect(operations.find(ofTitle)?.html).toMatch(/^\(1\) Chat · /)
    page.socket.close()
  })

  it('leave names out where people are found by their whole name only, unless somebody does not want it', async () => {
    const exact = await startTestServer({ DIRECTORY: 'exact' })
    try {
      const { ann, benName, chat } = await newPair(exact.url)
      expect(await textOf(ann, '/settings/privacy')).toMatch(/name="discreetTitles" value="yes"[^>]* checked/)
      expect(titleOf(await textOf(ann, chat))).toBe('Chat')
      await ann.post('/settings/privacy', { discreetTitles: 'no' })
      expect(titleOf(await textOf(ann, chat))).toBe(`Chat with ${benName}`)
    } finally {
      await exact.stop()
    }
  })
})
