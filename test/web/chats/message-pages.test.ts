// Long because every case of one behaviour stands here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newcomer, newPair } from '../../support/crowd.js'
import { bobId, HttpClient } from '../../support/http-client.js'
import { plainPicture } from '../../support/images/pictures.js'
import { LivePage } from '../../support/live-page.js'
import { readRows } from '../../support/page-client.js'
import { startTestServer } from '../../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT_MESSAGES: '1000', RATE_LIMIT_UPLOADS: '1000' })
})
afterAll(() => server.stop())

const textOf = async (client: HttpClient, path: string) => (await client.get(path)).text()

it('takes a message back for both by a form, and from open pages at once', async () => {
  const [alice, bob] = [new HttpClient(server.url), new HttpClient(server.url)]
  await Promise.all([alice.logIn('alice@example.com'), bob.logIn('bob@example.com')])
  const chat = await alice.openChat(bobId)
  await alice.post(`${chat}/messages`, { content: 'not meant for you', nonce: 'n1' }, chat)
  const page = await textOf(alice, `${chat}?options=1`)
  const unsend = /formaction="(\/chats\/[^"]+\/messages\/([^"/]+)\/unsend)"/
  const [, action = '', messageId = ''] = unsend.exec(page) ?? []
  expect(page).toMatch(/<form id="unsend" method="post" hidden><input type="hidden" name="_csrf" value="[^"]+">/)
  const theirs = await textOf(bob, `${chat}?options=1`)
  expect(theirs).toContain('not meant for you')
  expect(theirs).not.toMatch(unsend)
  expect((await bob.post(action, {}, chat)).status).toBe(404)
  expect((await alice.request('POST', action)).status).toBe(403)
  const open = await LivePage.open(server.url, bob, chat)
  const answer = await alice.post(action, {}, chat)
  expect([answer.status, answer.headers.get('location')]).toEqual([303, chat])
  await open.frame(({ operations }) =>
    operations.some(({ target, swap }) => target === `m-${messageId}` && swap === 'delete'),
  )
  open.socket.close()
  for (const client of [alice, bob]) {
    for (const path of [chat, '/chats']) expect(await textOf(client, path)).not.toContain('not meant for you')
  }
  expect((await alice.post(action, {}, chat)).status).toBe(404)
})

it('lets two people chat by forms alone', async () => {
  const [alice, bob] = [new HttpClient(server.url), new HttpClient(server.url)]
  await Promise.all([alice.logIn('alice@example.com'), bob.logIn('bob@example.com')])
  const chat = await alice.openChat(bobId)
  const sent = await alice.post(`${chat}/messages`, { content: 'Hello <b>Bob</b>', nonce: 'n2' }, chat)
  expect([sent.status, sent.headers.get('location')]).toEqual([303, chat])
  expect(await textOf(bob, chat)).toContain('Hello &lt;b&gt;Bob&lt;/b&gt;')
})

const htmx = { 'hx-request': 'true' }
const inputOf = (html: string, name: string) => new RegExp(`name="${name}"[^>]*? value="([^"]*)"`).exec(html)?.[1]
const draftOf = (html: string) => /<textarea[^>]*>\n([^<]*)<\/textarea>/.exec(html)?.[1]
const linked = (html: string) => [...html.matchAll(/<li><a href="#([^"]+)">([^<]+)</g)].map(match => match.slice(1))
/** What is wrong that no field is to blame for. */
const unlinked = (html: string) => [...html.matchAll(/<li>([^<]+)<\/li>/g)].map(([, text]) => text)
const sentIn = async (client: HttpClient, chat: string) => readRows(await textOf(client, chat)).map(({ text }) => text)

/** Posts a multipart form of a chat; `bytes`: its picture. */
async function postPicture(
  client: HttpClient,
  chat: string,
  path: 'messages' | 'images',
  fields: Record<string, string>,
  { bytes, headers = {} }: { bytes?: Buffer; headers?: Record<string, string> },
): Promise<Response> {
  const form = new FormData()
  for (const [name, value] of Object.entries({ _csrf: await client.token(chat), ...fields })) form.set(name, value)
  if (bytes) form.set('image', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'a.png')
  return client.request('POST', `${chat}/${path}`, { body: form, headers })
}
const picture = () => plainPicture('png', { width: 31, height: 17 })

describe('a message by a form', () => {
  it('takes its bubble off the page of htmx', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const answer = await ann.post(`${chat}/messages`, { content: 'hi', nonce: 'n-1' }, chat, { headers: htmx })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await answer.text()).toBe('<hx-partial id="p-n-1" hx-swap="delete"></hx-partial>')
    expect(await sentIn(ben, chat)).toEqual(['hi'])
  })

  it('is sent once by its nonce, and twice without one', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    for (const nonce of ['n', 'n', '', '', 'not a nonce', 'not a nonce']) {
      expect((await ann.post(`${chat}/messages`, { content: `by ${nonce}`, nonce }, chat)).status).toBe(303)
    }
    expect(await sentIn(ben, chat)).toEqual(['by n', 'by ', 'by ', 'by not a nonce', 'by not a nonce'])
  })

  it('that is refused gives back the text, the description and the reason beside the text', async () => {
    const { ann, chat } = await newPair(server.url)
    const fields = { content: 'x'.repeat(5001), alt: 'a "view"' }
    const answer = await ann.post(`${chat}/messages`, fields, chat)
    const html = await answer.text()
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([422, null])
    expect([draftOf(html), inputOf(html, 'alt')]).toEqual([fields.content, 'a &quot;view&quot;'])
    expect(linked(html)).toEqual([['content', 'This message is too long. Use at most 5000 characters.']])
    expect(inputOf(html, 'imageId')).toBe('')
  })

  it('that comes with a picture and a stale token says that the picture has to be chosen again', async () => {
    const { ann, chat } = await newPair(server.url)
    const fields = { _csrf: 'of-yesterday', content: 'Our garden', alt: 'Tulips' }
    const answer = await postPicture(ann, chat, 'messages', fields, { bytes: await picture() })
    const html = await answer.text()
    expect([answer.status, draftOf(html), inputOf(html, 'alt')]).toEqual([403, 'Our garden', 'Tulips'])
    expect(unlinked(html)).toEqual([expect.stringContaining('Nothing was sent; your text is still here.')])
    expect(linked(html)).toEqual([['image', 'The picture has to be chosen again']])
    const withoutPicture = await (await postPicture(ann, chat, 'messages', fields, {})).text()
    expect(linked(withoutPicture)).toEqual([])
  })

  it('whose picture comes too soon says to wait, and of the fields only that the picture has to be chosen again', async () => {
    const strict = await startTestServer({ RATE_LIMIT_UPLOADS: '1' })
    try {
      const { ann, chat } = await newPair(strict.url)
      const bytes = await picture()
      expect((await postPicture(ann, chat, 'messages', { content: 'first' }, { bytes })).status).toBe(303)
      const answer = await postPicture(ann, chat, 'messages', { content: 'second' }, { bytes })
      const html = await answer.text()
      expect([answer.status, draftOf(html)]).toEqual([429, 'second'])
      expect(unlinked(html)).toEqual([expect.stringContaining('You&#39;re going too fast.')])
      expect(linked(html)).toEqual([['image', 'The picture has to be chosen again']])
      expect(html).toMatch(/<h2 id="errors-title"[^>]*>\s*There&#39;s a problem with 1 field\s*<\/h2>/)
      expect(html).not.toMatch(/<textarea[^>]*aria-invalid/)
    } finally {
      await strict.stop()
    }
  })

  it('that is refused gives its bubble back to htmx, with the text and the reason', async () => {
    const { ann, chat } = await newPair(server.url)
    const content = 'x'.repeat(5001)
    const answer = await ann.post(`${chat}/messages`, { content, nonce: 'n-1' }, chat, { headers: htmx })
    const html = await answer.text()
    expect(answer.status).toBe(422)
    expect(html).toMatch(/^<hx-partial id="p-n-1" hx-swap="outerHTML"><div id="p-n-1" class="mine pending refused">/)
    expect(html).toContain('This message is too long. Use at most 5000 characters.')
    expect(inputOf(html, 'content')).toBe(content)
  })

  it('that comes too soon says to htmx after how long the bubble goes by itself', async () => {
    const strict = await startTestServer({ RATE_LIMIT_MESSAGES: '1' })
    try {
      const { ann, chat } = await newPair(strict.url)
      const token = await ann.token(chat)
      const send = (nonce: string) =>
        ann.request('POST', `${chat}/messages`, {
          body: new URLSearchParams({ _csrf: token, content: nonce, nonce }),
          headers: htmx,
        })
      const answers = await Promise.all([send('n-1'), send('n-2')])
      const refused = answers.find(({ status }) => status === 429)
      expect(refused?.headers.get('retry-after')).toBe('1')
      expect(await refused?.text()).toMatch(/data-status="waiting"[\s\S]*load delay:\d+ms/)
    } finally {
      await strict.stop()
    }
  })

  it('is not found from somebody who is not in the chat, nor sent', async () => {
    const { ann, chat } = await newPair(server.url)
    const outsider = await newcomer(server.url)
    expect((await outsider.post(`${chat}/messages`, { content: 'hi' }, '/chats')).status).toBe(404)
    expect(await sentIn(ann, chat)).toEqual([])
  })

  it('with a stale token gives back the text and the description, and no picture', async () => {
    const { ann, chat } = await newPair(server.url)
    const answer = await ann.post(`${chat}/messages`, { _csrf: 'stale', content: 'kept', alt: 'words' }, chat)
    const html = await answer.text()
    expect(answer.status).toBe(403)
    expect([draftOf(html), inputOf(html, 'alt')]).toEqual(['kept', 'words'])
    expect([linked(html), unlinked(html)]).toEqual([
      [],
      [expect.stringContaining('Nothing was sent; your text is still here.')],
    ])
  })
})

describe('a picture by a form', () => {
  it('is sent with its text and its description', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const answer = await postPicture(
      ann,
      chat,
      'messages',
      { content: 'look', alt: 'a view' },
      { bytes: await picture() },
    )
    expect([answer.status, answer.headers.get('location')]).toEqual([303, chat])
    const html = await textOf(ben, chat)
    expect(html).toContain('alt="a view"')
    expect(await sentIn(ben, chat)).toEqual(['look'])
  })

  it('is kept where its text is refused, so that it need not be chosen again', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const fields = { content: 'x'.repeat(5001), alt: 'a view' }
    const refused = await (await postPicture(ann, chat, 'messages', fields, { bytes: await picture() })).text()
    const imageId = inputOf(refused, 'imageId') ?? ''
    expect(imageId).not.toBe('')
    expect(refused).toContain(`<img src="/images/${imageId}" width="31" height="17"`)
    expect(linked(refused).map(([field]) => field)).toEqual(['content'])
    expect((await ann.post(`${chat}/messages`, { content: 'shorter', imageId }, chat)).status).toBe(303)
    expect(await textOf(ben, chat)).toContain(`/images/${imageId}`)
  })

  it('is kept in the bubble of htmx where its text is refused', async () => {
    const { ann, chat } = await newPair(server.url)
    const fields = { content: 'x'.repeat(5001), nonce: 'n-1' }
    const answer = await postPicture(ann, chat, 'messages', fields, { bytes: await picture(), headers: htmx })
    expect(inputOf(await answer.text(), 'imageId')).toMatch(/^[\w-]+$/)
  })

  it('that is none is refused beside the field of the picture, and the text is kept', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const answer = await postPicture(ann, chat, 'messages', { content: 'look' }, { bytes: Buffer.from('no picture') })
    const html = await answer.text()
    expect([answer.status, draftOf(html)]).toEqual([415, 'look'])
    expect(linked(html).map(([field]) => field)).toEqual(['image'])
    expect(await sentIn(ben, chat)).toEqual([])
  })

  it('with an id that cannot be one is no picture at all', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    expect((await ann.post(`${chat}/messages`, { content: 'text', imageId: '../x' }, chat)).status).toBe(303)
    expect(await sentIn(ben, chat)).toEqual(['text'])
  })
})

describe('a picture ahead of its message', () => {
  const upload = async (client: HttpClient, chat: string, bytes?: Buffer, fields = {}) => {
    const answer = await postPicture(client, chat, 'images', fields, bytes ? { bytes } : {})
    return { status: answer.status, body: await answer.json(), retryAfter: answer.headers.get('retry-after') }
  }

  it('is answered with its id', async () => {
    const { ann, chat } = await newPair(server.url)
    const { status, body } = await upload(ann, chat, await picture())
    expect([status, body]).toEqual([201, { imageId: expect.stringMatching(/^[\w-]+$/) }])
    expect((await ann.get(`/images/${body.imageId}`)).status).toBe(200)
  })

  it('that is none is refused in words', async () => {
    const { ann, chat } = await newPair(server.url)
    expect(await upload(ann, chat, Buffer.from('no picture'))).toEqual({
      status: 415,
      body: { message: "This file can't be sent as a picture. Choose a JPEG, PNG, WebP or GIF.", isFinal: true },
      retryAfter: null,
    })
  })

  it.each([{}, { imageId: 'known' }])('that is missing is refused in words: %j', async fields => {
    const { ann, chat } = await newPair(server.url)
    expect(await upload(ann, chat, undefined, fields)).toMatchObject({
      status: 422,
      body: { message: 'Choose a picture first.' },
    })
  })

  it('is not found from somebody who is not in the chat', async () => {
    const { chat } = await newPair(server.url)
    const outsider = await newcomer(server.url)
    const form = new FormData()
    form.set('_csrf', await outsider.token('/chats'))
    form.set('image', new Blob([new Uint8Array(await picture())]), 'a.png')
    expect((await outsider.request('POST', `${chat}/images`, { body: form })).status).toBe(404)
  })

  it('too many a minute are refused, and it says after how many seconds to come back', async () => {
    const strict = await startTestServer({ RATE_LIMIT_UPLOADS: '1' })
    try {
      const { ann, chat } = await newPair(strict.url)
      expect((await upload(ann, chat, await picture())).status).toBe(201)
      const { status, body, retryAfter } = await upload(ann, chat, await picture())
      expect([status, body]).toEqual([
        429,
        { message: expect.stringContaining("You're going too fast. Wait"), isFinal: false },
      ])
      expect(Number(retryAfter)).toBeGreaterThan(50)
    } finally {
      await strict.stop()
    }
  })
})

it('taking a message back answers htmx with nothing', async () => {
  const { ann, chat } = await newPair(server.url)
  await ann.post(`${chat}/messages`, { content: 'back', nonce: 'n' }, chat)
  const [message] = readRows(await textOf(ann, chat))
  const answer = await ann.post(`${chat}/messages/${message?.id}/unsend`, {}, chat, { headers: htmx })
  expect([answer.status, await answer.text()]).toEqual([204, ''])
  expect(await sentIn(ann, chat)).toEqual([])
})

it.each(['messages', 'images', 'messages/some-message/unsend'])(
  'a stranger who posts to %s of a chat goes to the log-in, and from there to the chat',
  async path => {
    const answer = await new HttpClient(server.url).request('POST', `/chats/some-room/${path}`)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login?next=%2Fchats%2Fsome-room'])
  },
)
