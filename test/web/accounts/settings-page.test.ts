import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newcomer, newPair } from '../../support/crowd.js'
import type { HttpClient } from '../../support/http-client.js'
import { LivePage } from '../../support/live-page.js'
import { startTestServer } from '../../support/test-server.js'

const pages = [
  ['/settings', 'Settings', ['language', 'theme', 'textSize', 'sendKey', 'zone', 'refreshSeconds']],
  ['/settings/notifications', 'Notifications', ['notifies', 'sounds']],
  ['/settings/privacy', 'Privacy', ['sendsReceipts', 'sendsTyping', 'discreetTitles']],
  ['/settings/accessibility', 'Accessibility', ['announced', 'startsPaused']],
  ['/settings/account', 'Account', ['currentPassword', 'newPassword', 'password']],
] as const

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const textOf = async (client: HttpClient, path: string) => (await client.get(path)).text()
const noticeOf = (html: string) => /<p class="notice" role="status">([^<]*)</.exec(html)?.[1]
/** What a form without changes would post under a name: radio buttons, checkboxes and switches that are on, and options. */
const chosenOf = (html: string, name: string) =>
  [...html.matchAll(new RegExp(`name="${name}" value="([^"]*)"[^>]* checked`, 'g'))].map(([, value]) => value)

describe.each(pages)('the page %s of the settings', (path, title, fields) => {
  it('has its own fields and none of the others, names the account and leads to all pages', async () => {
    const client = await newcomer(server.url)
    const html = await textOf(client, path)
    const names = [...html.slice(html.indexOf('<main'), html.indexOf('</main>')).matchAll(/ name="(\w+)"/g)]
      .map(([, name]) => name)
      .filter(name => name !== '_csrf')
    expect(new Set(names)).toEqual(new Set(fields))
    expect(html).toMatch(/<bdi>(person-\d+)<\/bdi><bdi class="hint">\1@example\.com<\/bdi>/)
    expect(html).toMatch(new RegExp(`<title[^>]*>${title}`))
    expect(html).toContain(`<h1>${title}</h1>`)
    expect(noticeOf(html)).toBeUndefined()
    expect(html).not.toContain('role="alert"')
    const [, nav = ''] = /<nav class="pages"[^>]*>(.*?)<\/nav>/.exec(html) ?? []
    expect([...nav.matchAll(/href="([^"]+)"/g)].map(([, to]) => to)).toEqual(pages.map(([to]) => to))
    expect(nav).toContain(`href="${path}" aria-current="page"`)
  })

  it('takes its fields at its own address, and says there that they are saved', async () => {
    const client = await newcomer(server.url)
    const answer = await client.post(path, { theme: 'light' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${path}?done=saved`])
    const html = await textOf(client, `${path}?done=saved`)
    expect(noticeOf(html)).toBe('Settings saved')
    expect(html).toContain('data-theme="light"')
  })

  it('counts unread messages in its title and beside the way back as they come, and changes nothing of its form', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const page = await LivePage.open(server.url, ben, path)
    await ann.post(`${chat}/messages`, { content: 'one', nonce: 'n' }, chat)
    expect((await page.operation('page-title')).html).toContain(`(1) ${title} · Ephemeral Chat`)
    expect((await page.operation('others-unread')).html).toContain('1 unread')
    const targets = new Set((await page.fence()).flatMap(({ operations }) => operations.map(({ target }) => target)))
    const beside = [
      'page-title',
      'others-unread',
      'chats',
      'list-report',
      'state',
      'ended',
      expect.stringMatching(/^[cp]-/),
    ]
    for (const target of targets) expect(beside).toContainEqual(target)
    page.socket.close()
    const html = await textOf(ben, path)
    expect(html).toMatch(new RegExp(`<title[^>]*>\\(1\\) ${title}`))
    expect(html).toMatch(new RegExp(`<nav class="side"(?:(?!</nav>).)*href="${chat}"`))
  })

  it('says that a form is out of date rather than what had been done before, and keeps nothing of it', async () => {
    const client = await newcomer(server.url)
    const body = new URLSearchParams({ _csrf: 'stale', theme: 'light' })
    const answer = await client.request('POST', `${path}?done=saved`, { body })
    const html = await answer.text()
    expect(answer.status).toBe(403)
    expect(html).toContain('Nothing was sent')
    expect(html).toMatch(new RegExp(`<title[^>]*>Error: ${title}`))
    expect(noticeOf(html)).toBeUndefined()
    expect(await textOf(client, path)).not.toContain('data-theme')
  })

  it('says what is wrong, and sends strangers to the log-in and back', async () => {
    const client = await newcomer(server.url)
    const refused = await client.post(path, { theme: 'pink' })
    expect(refused.status).toBe(422)
    expect(await refused.text()).toMatch(new RegExp(`<title[^>]*>Error: ${title}`))
    const stranger = await fetch(`${server.url}${path}`, { redirect: 'manual' })
    expect(stranger.headers.get('location')).toBe(`/login?next=${encodeURIComponent(path)}`)
  })
})

it('shows its visitor as online while it is connected, and without JavaScript by a picture', async () => {
  const seesOnline = async (client: HttpClient, chat: string) =>
    /<p id="presence".*?<\/p>/.exec(await textOf(client, chat))?.[0].includes('Online')
  const live = await newPair(server.url)
  const page = await LivePage.open(server.url, live.ben, '/settings')
  expect(await seesOnline(live.ann, live.chat)).toBe(true)
  page.socket.close()
  const scriptless = await newPair(server.url)
  const [, picture = ''] = /<noscript><img [^>]*src="([^"]+)"/.exec(await textOf(scriptless.ben, '/settings')) ?? []
  await scriptless.ben.get(picture, { headers: { 'sec-purpose': 'prefetch;prerender' } })
  await scriptless.ben.get(picture, { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' } })
  expect(await seesOnline(scriptless.ann, scriptless.chat)).toBe(false)
  expect((await scriptless.ben.get(picture)).status).toBe(204)
  expect(await seesOnline(scriptless.ann, scriptless.chat)).toBe(true)
})

it.each([
  ['saved', 'Settings saved'],
  ['password', 'Password changed. You&#39;re logged out everywhere else.'],
  ['unblocked', 'You can chat with each other again.'],
  ['whatever', undefined],
])('every page says what has been done: %s', async (done, words) => {
  const client = await newcomer(server.url)
  for (const [path] of pages) expect(noticeOf(await textOf(client, `${path}?done=${done}`))).toBe(words)
})

describe('what is saved', () => {
  const all = {
    theme: ['light'],
    textSize: ['large'],
    sendKey: ['ctrl-enter'],
    refreshSeconds: ['60'],
    notifies: ['yes'],
    sounds: ['theirs'],
    sendsReceipts: [],
    sendsTyping: [],
    discreetTitles: ['yes'],
    announced: ['sent'],
    startsPaused: ['yes'],
  }
  const begin = {
    ...all,
    ...{ theme: ['system'], textSize: ['normal'], sendKey: ['auto'], refreshSeconds: ['0'], notifies: [], sounds: [] },
    ...{ sendsReceipts: ['yes'], sendsTyping: ['yes'], discreetTitles: [], startsPaused: [] },
    announced: ['messages', 'typing', 'presence'],
  }
  /** What all pages show as chosen. */
  const kept = async (client: HttpClient) => {
    const html = (await Promise.all(pages.map(([path]) => textOf(client, path)))).join('')
    return Object.fromEntries(Object.keys(all).map(name => [name, chosenOf(html, name)]))
  }

  it('are the fields that a form has, at /settings any of them; all others stay as they are', async () => {
    const client = await newcomer(server.url)
    expect(await kept(client)).toEqual(begin)
    await client.post('/settings', {
      ...{ theme: 'light', textSize: 'large', sendKey: 'ctrl-enter', refreshSeconds: '60', notifies: 'yes' },
      ...{ sounds: 'theirs', sendsReceipts: 'no', sendsTyping: 'no', discreetTitles: 'yes', announced: 'sent' },
      ...{ startsPaused: 'yes', zone: 'Asia/Tokyo' },
    })
    await client.post('/settings', {})
    expect(await kept(client)).toEqual(all)
    expect(await textOf(client, '/settings')).toMatch(/<option value="Asia\/Tokyo" selected/)
  })

  it.each(['notifies', 'sendsReceipts', 'sendsTyping', 'discreetTitles', 'startsPaused'])(
    'of the switch %s is whether it is on: then its form posts no and yes, and else no alone',
    async name => {
      const client = await newcomer(server.url)
      const [path = ''] = pages.find(([, , fields]) => fields.some(field => field === name)) ?? []
      const turn = async (...values: string[]) => {
        const body = new URLSearchParams(values.map(value => [name, value]))
        body.set('_csrf', await client.token(path))
        await client.request('POST', path, { body })
        return chosenOf(await textOf(client, path), name)
      }
      expect(await turn('no', 'yes')).toEqual(['yes'])
      expect(await turn('no')).toEqual([])
      const html = await textOf(client, path)
      expect(html).toMatch(
        new RegExp(`type="hidden" name="${name}" value="no">.*role="switch" name="${name}" value="yes"`),
      )
    },
  )
})
