import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newPair } from '../support/crowd.js'
import type { HttpClient } from '../support/http-client.js'
import { LivePage } from '../support/live-page.js'
import { startTestServer } from '../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
}

/** What a browser would show of a piece of markup that holds text and links. */
function shownText(html: string): string {
  return html.replace(/<[^>]*>/g, '').replace(/&(?:lt|gt|quot|amp|#39);/g, entity => entities[entity] ?? '')
}

const family = '👨‍👩‍👧‍👦'
const markup = '<b>bold</b> <img src=x onerror=alert(1)> <svg/onload=alert(1)>'
const hostile: [string, string][] = [
  ['markup', markup],
  ['a script', '<script>alert(1)</script>'],
  ['the end of its element', '</div></article></li></ol><h1>mine now</h1>'],
  ['the end of a textarea', '</textarea><script>alert(1)</script>'],
  ['a fragment of htmx', '<hx-partial hx-target="#list" hx-swap="delete"></hx-partial>'],
  ['attributes', '" onmouseover="alert(1)" x=\'y\' `z`'],
  ['Eta', '<%= it.csrfToken %> <%~ include("/pages/login") %> <% throw 1 %>'],
  ['a place in a sentence', "{name} {count, plural, one {#} other {#}} '{x}'"],
  ['a replacement pattern', "$& $1 $$ $` $'"],
  ['entities', '&lt;b&gt; &amp;amp; &#x3c;'],
  ['comments', '<!-- --> <![CDATA[ ]]> -->'],
  ['right to left', 'שלום \u202eolleh\u202c \u2067مرحبا\u2069 \u200fעולם'],
  ['emoji', `${family}🏳️‍🌈👍🏽`],
  ['marks upon marks', 'Z̴̢̛͕̭a̸l̷g̵o̶'],
  ['half of a pair', 'a\ud83d b \udc00 c'],
  ['several lines', 'one\n\n  two\n\tthree\n'],
  ['a first empty line', '\nsecond'],
  ['5,000 Chinese characters', '漢'.repeat(5000)],
  ['5,000 units of emoji', '😀'.repeat(2500)],
  ['a link that is not one', 'javascript:alert(1) data:text/html,<script>alert(1)</script> vbscript:x'],
  ['a link that breaks out', 'https://example.com/"onclick="alert(1)'],
]

describe('text is kept as typed and shown as text', () => {
  it.each(hostile)('when it is %s', async (_what, text) => {
    const { ann, ben, chat } = await newPair(server.url)
    const page = await LivePage.open(server.url, ben, chat)
    const list = await LivePage.open(server.url, ann, '/chats')
    // As a browser posts it: line ends are CRLF. Half of a pair cannot be posted as it is.
    const typed = text.replaceAll('\n', '\r\n')
    const sent = await ann.post(`${chat}/messages`, { content: typed, nonce: 'n' }, chat)
    expect(sent.status).toBe(303)
    const expected = Buffer.from(text).toString()
    const html = await (await ben.get(chat)).text()
    const [, shown = ''] = /<span class="text"[^>]*>([\s\S]*?)<\/span><bdi class="meta"/.exec(html) ?? []
    expect(shownText(shown)).toBe(expected)
    expect(
      shown.replace(/<a href="[^"<>]*" rel="noopener noreferrer nofollow" target="_blank" dir="ltr">|<\/a>/g, ''),
    ).not.toContain('<')
    for (const [, href = ''] of shown.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^(https?:\/\/|mailto:)/)
    const pushed = await page.operation('list', 'beforeend')
    expect(pushed.html).toContain(shown)
    const { operations } = await list.frame(({ text: each }) => each.includes('class="last"'))
    const [, preview = ''] =
      /class="last"[^>]*>\s*<span>You:<\/span> <bdi>([\s\S]*?)<\/bdi>/.exec(operations[0]?.html ?? '') ?? []
    expect(shownText(preview).replace(/\ufffd$/, '')).toContain(expected.slice(0, 100))
    expect(preview).not.toContain('<')
  })

  it('when it is read out', async () => {
    const { ann, ben, chat, annName } = await newPair(server.url)
    const page = await LivePage.open(server.url, ben, chat)
    await ann.post(`${chat}/messages`, { content: markup, nonce: 'n' }, chat)
    const { html } = await page.operation('announcer')
    const [, spoken = ''] = /^<p dir="auto">([\s\S]*)<\/p>$/.exec(html) ?? []
    expect(shownText(spoken)).toBe(`${annName}: ${markup}`)
    expect(spoken).not.toContain('<')
  })

  it.each(hostile)('in a draft that was refused, when it is %s', async (_what, text) => {
    const { ann, chat } = await newPair(server.url)
    const content = `${Buffer.from(text).toString()}\u0001`
    const html = await (await ann.post(`${chat}/messages`, { content, nonce: 'n' }, chat)).text()
    const [, draft = ''] = /<textarea[^>]*>\n([\s\S]*?)<\/textarea>/.exec(html) ?? []
    expect(shownText(draft)).toBe(content)
    expect(draft).not.toContain('<')
  })
})

describe('a refused draft is given back as typed, and as text', () => {
  // What makes each of them a refused one.
  const refused = (text: string) => `${Buffer.from(text).toString()}\u0001`
  let client: HttpClient
  let chat = ''
  let room = ''
  let page: LivePage
  beforeAll(async () => {
    const pair = await newPair(server.url)
    ;({ ann: client, chat, room } = pair)
    page = await LivePage.open(server.url, client, chat)
  })
  afterAll(() => page.close())

  /** Checks a bubble that was not sent: what it shows, and what its form would send again. */
  function expectGivenBack(html: string, content: string): void {
    const [, shown = ''] = /<span class="text">([\s\S]*?)<\/span><\/div><p class="meta">/.exec(html) ?? []
    const [, kept = ''] = /name="content" value="([^"]*)"><input type="hidden" name="nonce"/.exec(html) ?? []
    expect([shownText(shown), shownText(kept)]).toEqual([content, content])
    expect(shown + kept).not.toContain('<')
  }

  it.each(hostile)('through the socket, when it is %s', async (what, text) => {
    const nonce = `socket-${what.replace(/\W/g, '-')}`
    page.say({ type: 'message:send', roomId: room, content: refused(text), nonce })
    expectGivenBack((await page.operation(`p-${nonce}`)).html, refused(text))
  })

  it.each(hostile)('to htmx where no socket gets through, when it is %s', async (_what, text) => {
    const fields = { content: refused(text), nonce: 'n' }
    const answer = await client.post(`${chat}/messages`, fields, chat, { headers: { 'hx-request': 'true' } })
    expectGivenBack(await answer.text(), refused(text))
  })

  it.each(hostile)(
    'in a form without a script, with the description of a picture, when it is %s',
    async (_what, text) => {
      const fields = { content: refused(text), alt: refused(text) }
      const send = async (token: string) => {
        const body = new URLSearchParams({ _csrf: token, ...fields })
        return (await client.request('POST', `${chat}/messages`, { body })).text()
      }
      // The second form is stale: its token is of an earlier session.
      for (const html of [await send(await client.token(chat)), await send('stale')]) {
        const [, draft = ''] = /<textarea[^>]*>\n([\s\S]*?)<\/textarea>/.exec(html) ?? []
        const [, alt = ''] = /<input id="alt" name="alt" value="([^"]*)" placeholder/.exec(html) ?? []
        expect([shownText(draft), shownText(alt)]).toEqual([fields.content, fields.alt])
        expect(draft + alt).not.toContain('<')
      }
    },
  )
})

describe('a draft for a chat that is no more is given back as typed, and as text', () => {
  let client: HttpClient
  let chat = ''
  beforeAll(async () => {
    const pair = await newPair(server.url)
    ;({ ann: client, chat } = pair)
    await client.get(chat)
    await pair.ben.post(`${chat}/end`, {}, chat)
  })

  it.each(hostile)('when it is %s', async (_what, text) => {
    const content = Buffer.from(text).toString()
    const html = await (await client.post(`${chat}/messages`, { content }, '/chats')).text()
    const [, draft = ''] = /<textarea id="draft"[^>]*>\n([\s\S]*?)<\/textarea>/.exec(html) ?? []
    expect(shownText(draft)).toBe(content)
    expect(draft).not.toContain('<')
  })
})

describe('control characters are refused', () => {
  it.each(['\u0000', '\u0007', '\u000b', '\u001b', '\u007f', '\u0085', '\u009f'])('such as %j', async character => {
    const { ann, chat } = await newPair(server.url)
    const sent = await ann.post(`${chat}/messages`, { content: `a${character}b`, nonce: 'n' }, chat)
    expect(sent.status).toBe(422)
    expect(await (await ann.get(chat)).text()).not.toContain('data-message-id')
  })
})

describe('a message of nothing visible is refused as an empty one', () => {
  it.each(['\u200b', '\u3164 \u2800', '\u202e', '\u{e0041}'])('on the page, such as %j', async content => {
    const { ann, chat } = await newPair(server.url)
    const sent = await ann.post(`${chat}/messages`, { content, nonce: 'n' }, chat)
    expect([sent.status, await sent.text()]).toEqual([422, expect.stringContaining('Write a message first.')])
    expect(await (await ann.get(chat)).text()).not.toContain('data-message-id')
  })

  it('through the socket of a page', async () => {
    const { ann, chat, room } = await newPair(server.url)
    const page = await LivePage.open(server.url, ann, chat)
    for (const [nonce, content] of [
      ['unseen', '\u2060\ufe0f'],
      ['half', 'a\ud800'],
    ] as const) {
      page.say({ type: 'message:send', roomId: room, content, nonce })
      const { html } = await page.operation(`p-${nonce}`)
      expect(html).toContain(nonce === 'half' ? 'can&#39;t be shown' : 'Write a message first.')
    }
  })
})
