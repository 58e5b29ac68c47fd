// Long because every case of these forms stands here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newcomer, newPair } from '../../support/crowd.js'
import { HttpClient } from '../../support/http-client.js'
import { startTestServer } from '../../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({ MESSAGE_TTL_MAX_MS: '43200000' })
})
afterAll(() => server.stop())

const textOf = async (client: HttpClient, path: string) => (await client.get(path)).text()
const choose = (client: HttpClient, chat: string, lifetimeMs: string) =>
  client.post(`${chat}/lifetime`, { lifetimeMs }, chat)
const remainingOf = (html: string) =>
  [...html.matchAll(/data-remaining="(\d+)"(?: data-unseen="\w+")?(?: data-undelivered)? tabindex/g)].map(([, ms]) =>
    Number(ms),
  )

describe('how long messages live, without JavaScript', () => {
  it('is chosen on the page, within what the server allows, with its own marked', async () => {
    const { ann, chat } = await newPair(server.url)
    const html = await textOf(ann, chat)
    const offered = [...html.matchAll(/<option value="([^"]+)"( selected)?>([^<]+)</g)].map(match => match.slice(1))
    expect(offered).toEqual([
      ['300000', undefined, '5 minutes'],
      ['900000', undefined, '15 minutes'],
      ['3600000', ' selected', '1 hour (default)'],
      ['14400000', undefined, '4 hours'],
      ['43200000', undefined, '12 hours'],
      ['60000 seen', undefined, '1 minute after being seen'],
      ['300000 seen', undefined, '5 minutes after being seen'],
      ['3600000 seen', undefined, '1 hour after being seen'],
    ])
    expect(html).toContain(`action="${chat}/lifetime"`)
  })

  it('is told to both in words, and counts for what is sent after that', async () => {
    const { ann, ben, annName, chat } = await newPair(server.url)
    await ben.post(`${chat}/messages`, { content: 'before' }, chat)
    const answer = await choose(ann, chat, '14400000')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, chat])
    for (const [client, who] of [
      [ann, 'You'],
      [ben, annName],
    ] as const) {
      const html = await textOf(client, chat)
      expect(html).toContain(`${who} changed how long messages live: 4 hours`)
      expect(html).toContain('Messages vanish after 4 hours')
      expect(html).toContain('data-life="14400000"')
    }
    await ben.post(`${chat}/messages`, { content: 'after' }, chat)
    const html = await textOf(ann, chat)
    const [before = 0, after = 0] = remainingOf(html)
    expect(before).toBeLessThanOrEqual(3_600_000)
    expect(after).toBeGreaterThan(14_300_000)
    expect(html).toMatch(/>before<.*class="event"[^>]*>[^<]*changed how long.*>after</s)
  })

  it('refuses in words what may not be chosen', async () => {
    const { ann, chat } = await newPair(server.url)
    for (const lifetimeMs of ['60000', '86400000', '1e6', '', '-1']) {
      const answer = await choose(ann, chat, lifetimeMs)
      expect(answer.status).toBe(422)
      expect(await answer.text()).toContain('There&#39;s a problem with what you entered.')
    }
    expect(await textOf(ann, chat)).toContain('Messages vanish after 1 hour,')
  })

  it('is nobody else’s to choose or put off, nor without a token', async () => {
    const { ann, chat } = await newPair(server.url)
    const outsider = await newcomer(server.url)
    for (const path of [`${chat}/lifetime`, `${chat}/erase`, `${chat}/keep`, `${chat}/dismiss`]) {
      expect((await outsider.post(path, { lifetimeMs: '300000', erase: 'no' }, '/chats')).status).toBe(404)
      expect((await ann.request('POST', path)).status).toBe(403)
      expect((await ann.get(path)).status).toBe(405)
    }
  })

  it.each([{ lifetimeMs: '60000', from: 'seen' }, { lifetimeMs: '60000 seen' }])(
    'may be counted from being seen, while both send read receipts: %j',
    async fields => {
      const { ann, ben, benName, chat } = await newPair(server.url)
      expect((await ann.post(`${chat}/lifetime`, fields, chat)).status).toBe(303)
      await ann.post(`${chat}/messages`, { content: 'waits' }, chat)
      const html = await textOf(ann, chat)
      expect(html).toContain('Messages vanish 1 minute after they are seen')
      expect(html).toContain('value="60000 seen" selected')
      expect(html).toContain('until seen, then 1 minute</time>')
      expect(Math.max(...remainingOf(html))).toBeGreaterThan(86_000_000)
      await ben.post('/settings', { sendsReceipts: 'no' }, '/settings')
      const after = await textOf(ann, chat)
      expect(after).toContain(`${benName} changed how long messages live: 1 minute`)
      expect(after).toContain('Messages vanish after 1 minute,')
      expect(after).not.toContain('until seen')
      expect(after).not.toContain(' seen"')
      expect((await ann.post(`${chat}/lifetime`, fields, chat)).status).toBe(422)
    },
  )

  it.each([
    ['a length', { lifetimeMs: '900000', from: 'seen' }],
    ['a beginning', { lifetimeMs: '900000', from: 'read' }],
  ])('may not be counted so with %s that is not offered', async (_title, fields) => {
    const { ann, chat } = await newPair(server.url)
    expect((await ann.post(`${chat}/lifetime`, fields, chat)).status).toBe(422)
  })

  it('keeps nothing that is not about to go', async () => {
    const { ann, chat } = await newPair(server.url)
    await ann.post(`${chat}/messages`, { content: 'stays as it is' }, chat)
    const answer = await ann.post(`${chat}/keep`, {}, chat)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, chat])
    const html = await textOf(ann, chat)
    expect(Math.max(...remainingOf(html))).toBeLessThanOrEqual(3_600_000)
    expect(html).not.toContain('Oldest messages vanish')
  })

  it('is changed as often as one may reach the other, and no more: then the page says so', async () => {
    const strict = await startTestServer({ RATE_LIMIT_REACHING: '1' })
    try {
      const { ann, chat } = await newPair(strict.url)
      const token = await ann.token(chat)
      const answers = await Promise.all(
        ['300000', '900000', '14400000', '3600000', '300000', '900000', '14400000', '3600000'].map(lifetimeMs =>
          ann.request('POST', `${chat}/lifetime`, { body: new URLSearchParams({ _csrf: token, lifetimeMs }) }),
        ),
      )
      const refused = answers.filter(({ status }) => status === 429)
      expect(refused.length).toBeGreaterThan(0)
      expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await refused[0]?.text()).toContain('going too fast')
    } finally {
      await strict.stop()
    }
  })
})

describe('whether a chat is erased once both have left, without JavaScript', () => {
  const switchOf = (html: string) => /<input type="checkbox" role="switch" id="erase"[^>]*>/.exec(html)?.[0] ?? ''
  const set = (client: HttpClient, chat: string, fields: [string, string][]) =>
    client
      .token(chat)
      .then(token =>
        client.request('POST', `${chat}/erase`, { body: new URLSearchParams([['_csrf', token], ...fields]) }),
      )

  it('is a switch that is on, and either turns it off and on for both, who are told', async () => {
    const { ann, ben, annName, chat } = await newPair(server.url)
    expect(switchOf(await textOf(ann, chat))).toContain(' checked')
    expect(await textOf(ann, chat)).toMatch(/<label[^>]*>.*Erase when we have both left/)
    const answer = await set(ann, chat, [['erase', 'no']])
    expect([answer.status, answer.headers.get('location')]).toEqual([303, chat])
    for (const [client, who] of [
      [ann, 'You'],
      [ben, annName],
    ] as const) {
      const html = (await textOf(client, chat)).replace(/[\u2068\u2069]/g, '')
      expect(switchOf(html)).not.toContain(' checked')
      expect(html).toContain(`${who} turned off “Erase when we have both left”`)
      expect(html).not.toContain('It also ends')
    }
    // A switch that is on sends its hidden "no" too.
    await set(ben, chat, [
      ['erase', 'no'],
      ['erase', 'yes'],
    ])
    expect(switchOf(await textOf(ann, chat))).toContain(' checked')
  })

  it('is refused in words when it is neither yes nor no', async () => {
    const { ann, chat } = await newPair(server.url)
    for (const fields of [[], [['erase', 'maybe']]] as [string, string][][]) {
      expect((await set(ann, chat, fields)).status).toBe(422)
    }
  })

  it('is off at first where the operator has set a grace period of 0', async () => {
    const lasting = await startTestServer({ ROOM_GRACE_MS: '0' })
    try {
      const { ann, chat } = await newPair(lasting.url)
      expect(switchOf(await textOf(ann, chat))).not.toContain(' checked')
    } finally {
      await lasting.stop()
    }
  })
})

describe('the answer to a change of how long messages live', () => {
  const post = async (
    path: 'lifetime' | 'keep' | 'dismiss',
    headers: Record<string, string>,
    lifetimeMs = '900000',
  ) => {
    const { ann, chat } = await newPair(server.url)
    const answer = await ann.post(`${chat}/${path}`, { lifetimeMs }, chat, { headers })
    const [status, location] = [answer.status, answer.headers.get('location')]
    return { status, to: location?.replace(chat, 'CHAT') ?? null, html: await answer.text() }
  }

  it.each(['lifetime', 'keep', 'dismiss'] as const)('is empty for htmx: %s', async path => {
    const { status, to, html } = await post(path, { 'hx-request': 'true' })
    expect([status, to, html]).toEqual([204, null, ''])
  })

  it.each(['lifetime', 'keep', 'dismiss'] as const)(
    'leads back to the frame that the form of %s was in',
    async path => {
      const { status, to } = await post(path, { referer: `${server.url}/chats/any/frame?every=15` })
      expect([status, to]).toEqual([303, 'CHAT/frame?every=15'])
    },
  )

  it.each(['/chats/any', '/chats/any/frame?every=99999', '/chats/any/frame?every=15&x=1', '/chats/any/frame?every='])(
    'leads to the chat when the form was on %s',
    async referer => {
      expect((await post('keep', { referer: `${server.url}${referer}` })).to).toBe('CHAT')
    },
  )

  it('is a refusal in a sentence for htmx, and no page', async () => {
    const { status, html } = await post('lifetime', { 'hx-request': 'true' }, '1')
    expect(status).toBe(422)
    expect(html).toContain('<hx-partial id="announcer" hx-swap="beforeend">')
    expect(html).not.toContain('<html')
  })

  it('is the page of the chat with one error and an empty composer when it is refused', async () => {
    const { status, html } = await post('lifetime', {}, '1')
    expect(status).toBe(422)
    expect(html).toMatch(/<h2 id="errors-title"[^>]*>\s*Something went wrong\s*<\/h2>/)
    expect(html).toContain('>\n</textarea>')
    expect(html).toMatch(/id="alt"[^>]*value=""/)
  })

  it.each(['0x493e0', '300000.5', ' 300000', '1000000000000', '300000 sent', '300000  seen'])(
    'takes %s for no length',
    async lifetimeMs => {
      expect((await post('lifetime', {}, lifetimeMs)).status).toBe(422)
    },
  )
})

it.each(['lifetime', 'erase', 'keep', 'dismiss'])(
  'a stranger who posts to %s of a chat goes to the log-in, and from there to the chat',
  async path => {
    const answer = await new HttpClient(server.url).request('POST', `/chats/some-room/${path}`)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login?next=%2Fchats%2Fsome-room'])
  },
)
