import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fill, idOf, newPair } from '../../support/crowd.js'
import type { HttpClient } from '../../support/http-client.js'
import { readRows } from '../../support/page-client.js'
import { startTestServer } from '../../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({
    RATE_LIMIT_MESSAGES: '100000',
    MESSAGE_MAX_LENGTH: '123',
    IMAGE_MAX_WIDTH: '640',
    IMAGE_MAX_HEIGHT: '480',
    IMAGE_QUALITY: '71',
  })
})
afterAll(() => server.stop())

const textOf = async (client: HttpClient, path: string) => (await client.get(path)).text()
const seqsOf = (html: string) => {
  const rows = readRows(html).map(({ seq }) => seq)
  return [rows.at(0), rows.at(-1)]
}

describe('the page of a chat', () => {
  it('opens the menu of one message for a page without a script, with what can be done with it', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    await fill(ann, chat, 60)
    const menusIn = (html: string) =>
      html.replace(/<template.*?<\/template>/gs, '').match(/<div class="message-menu">.*?<\/div>/gs)
    const mine = await textOf(ann, `${chat}?options=3`)
    expect(seqsOf(mine)).toEqual([1, 52])
    const [menu = '', ...others] = menusIn(mine) ?? []
    expect(others).toEqual([])
    expect(menu).toContain('>Reply</button>')
    expect(menu).toContain('>Delete for both</button>')
    expect(menu).not.toContain('Copy')
    expect(menu).toContain(`href="${chat}?after=2#m-`)
    expect(menusIn(await textOf(ben, `${chat}?options=3`))?.join('')).not.toContain('Delete for both')
    expect(menusIn(await textOf(ann, `${chat}?options=x`))).toBeNull()
  })

  it('names its people, its room, and what the composer allows', async () => {
    const { ann, ben, annName, benName, chat, room } = await newPair(server.url)
    const [annId, benId] = [await idOf(ben, annName), await idOf(ann, benName)]
    const answer = await ann.get(chat)
    const html = await answer.text()
    expect(answer.status).toBe(200)
    for (const part of [
      `<bdi>${benName}</bdi></h1>`,
      `data-room="${room}"`,
      `data-draft="${annId} ${benId}"`,
      `name="with" value="${benId}.${annId}"`,
      `href="/people/${benId}/block"`,
      'data-max="123"',
      'data-too-long="This message is too long. Use at most 123 characters."',
      'data-max-width="640" data-max-height="480" data-quality="71"',
      'maxlength="1000"',
    ]) {
      expect(html.replaceAll(/\s+/g, ' ')).toContain(part)
    }
    expect(html).toContain('>\n</textarea>')
  })

  it('makes a nonce of its own for each visit', async () => {
    const { ann, chat } = await newPair(server.url)
    const nonceOf = async () => /name="nonce" value="([^"]+)"/.exec(await textOf(ann, chat))?.[1] ?? ''
    const nonces = [await nonceOf(), await nonceOf()]
    for (const nonce of nonces) expect(nonce).toMatch(/^[\w-]{16}$/)
    expect(nonces[0]).not.toBe(nonces[1])
  })

  it('says that the server was started anew only on the way from a chat that was gone', async () => {
    const { ann, chat } = await newPair(server.url)
    const words = 'The server restarted, so earlier messages are gone.'
    expect(await textOf(ann, `${chat}?restarted=1`)).toContain(words)
    for (const query of ['', '?restarted=0', '?restarted'])
      expect(await textOf(ann, `${chat}${query}`)).not.toContain(words)
  })

  it('reports as seen the last message of the other person, whatever one has written after it', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const upto = async () => /seen\?upto=([\w-]*)&amp;from=\d+&/.exec(await textOf(ben, chat))?.[1]
    expect(await upto()).toBe('')
    await fill(ann, chat, 2)
    await ben.post(`${chat}/messages`, { content: 'mine', nonce: 'n' }, chat)
    expect(await upto()).toBe(readRows(await textOf(ben, chat))[1]?.id)
  })

  it('is paused from the start where the settings say so', async () => {
    const { ann, chat } = await newPair(server.url)
    expect(await textOf(ann, chat)).toContain('Pause updates')
    expect(await textOf(ann, chat)).not.toMatch(/state=[^"]*\.paused/)
    await ann.post('/settings', { startsPaused: 'yes' })
    expect(await textOf(ann, chat)).toContain('Resume updates')
    expect(await textOf(ann, chat)).toMatch(/state=[^"]*\.paused/)
  })
})

describe('the frame with the messages of a chat', () => {
  const frameSrc = (html: string) => /<iframe\s+class="frame"\s+src="([^"]+)"/.exec(html)?.[1]

  it('is there, and may be embedded, where the settings say how often it reloads', async () => {
    const { ann, chat } = await newPair(server.url)
    const before = await ann.get(chat)
    expect(before.headers.get('content-security-policy')).not.toContain('frame-src')
    expect(frameSrc(await before.text())).toBeUndefined()
    await ann.post('/settings', { refreshSeconds: '15' })
    const after = await ann.get(chat)
    expect(after.headers.get('content-security-policy')).toContain(";frame-src 'self'")
    expect(frameSrc(await after.text())).toBe(`${chat}/frame?every=15`)
  })

  it('reloads as often as the address says, before what the settings say, if that is one of the rates', async () => {
    const { ann, chat } = await newPair(server.url)
    await ann.post('/settings', { refreshSeconds: '60' })
    const everyOf = async (query: string) => frameSrc(await textOf(ann, `${chat}${query}`))?.split('=')[1]
    expect(await everyOf('?every=5')).toBe('5')
    expect(await everyOf('?every=0')).toBeUndefined()
    for (const query of ['?every=7', '?every=', '?every=15&every=15', ''])
      expect(await everyOf(query), query).toBe('60')
  })
})

describe('the messages that an address asks for', () => {
  let ben: HttpClient
  let chat: string
  beforeAll(async () => {
    const people = await newPair(server.url)
    ;({ chat, ben } = people)
    await fill(people.ann, chat, 250)
  })

  it.each([
    ['', 1, 200],
    ['?newest', 151, 250],
    ['?newest=', 151, 250],
    ['?before=101', 1, 100],
    ['?before=120', 20, 119],
    ['?after=50', 51, 150],
    ['?before=10&after=50', 1, 9],
    ['?newest&before=10', 151, 250],
    ['?after=249', 250, 250],
    ['?before=x&after=200', 201, 250],
    ['?before=1&before=2', 1, 200],
    ['?before=-1', 1, 200],
    ['?before=1x', 1, 200],
    ['?before=x1', 1, 200],
    ['?after=1234567890123456', 1, 200],
  ])('are for %s those from %i to %i', async (query, from, to) => {
    expect(seqsOf(await textOf(ben, `${chat}${query}`))).toEqual([from, to])
  })

  it('have the writing field ready only where the newest were asked for', async () => {
    const field = async (query: string) => /<textarea[^>]*>/.exec(await textOf(ben, `${chat}${query}`))?.[0] ?? ''
    expect(await field('?newest')).toContain('autofocus')
    for (const query of ['', '?after=50', '?before=50']) expect(await field(query)).not.toContain('autofocus')
  })

  it('are read from the top after a later part, and where many are unread', async () => {
    const isFromTop = async (query: string) => / from-top"/.test(await textOf(ben, `${chat}${query}`))
    expect([await isFromTop(''), await isFromTop('?after=50')]).toEqual([true, true])
    expect([await isFromTop('?newest'), await isFromTop('?before=50')]).toEqual([false, false])
  })
})
