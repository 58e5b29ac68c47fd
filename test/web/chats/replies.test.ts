import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newPair } from '../../support/crowd.js'
import type { HttpClient } from '../../support/http-client.js'
import { LivePage } from '../../support/live-page.js'
import { startTestServer } from '../../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT_MESSAGES: '1000' })
})
afterAll(() => server.stop())

const textOf = async (client: HttpClient, path: string) => (await client.get(path)).text()
const idOf = (html: string, text: string) =>
  new RegExp(`data-message-id="([^"]+)"(?:(?!data-message-id).)*>${text}</span>`, 's').exec(html)?.[1] ?? ''
const htmx = { headers: { 'hx-request': 'true' } }

/** Two people and a message of the first. */
async function begin() {
  const { ann, ben, annName, chat } = await newPair(server.url)
  await ann.post(`${chat}/messages`, { content: 'first line\nsecond', nonce: 'source' }, chat)
  const id = idOf(await textOf(ben, chat), 'first line\nsecond')
  return { ann, ben, annName, chat, id }
}

describe('a reply', () => {
  it('is begun by an address, kept when it is refused, and sent by a form with its quote', async () => {
    const { ann, ben, annName, chat, id } = await begin()
    const page = await textOf(ben, `${chat}?reply=${id}`)
    const field = `<input type="hidden" name="replyTo" form="composer" value="${id}">`
    expect(page).toContain(field)
    const refused = await ben.post(`${chat}/messages`, { content: ' ', nonce: 'n1', replyTo: id }, chat)
    expect(refused.status).toBe(422)
    expect(await refused.text()).toContain(field)
    await ben.post(`${chat}/messages`, { content: 'a reply', nonce: 'n1', replyTo: id }, chat)
    for (const [client, to, author] of [
      [ann, 'you', 'You'],
      [ben, annName, annName],
    ] as const) {
      const html = await textOf(client, chat)
      const [, href = '', words = ''] = /<a class="quote [^"]+" href="([^"]+)"[^>]*>(.*?)<\/a>/s.exec(html) ?? []
      const said = words.replace(/<b aria-hidden="true">.*?<\/b>/, '').replace(/<[^>]+>/g, '')
      expect(said.replace(/\s+/g, ' ')).toBe(`In reply to ${to}: first line.`)
      expect(words).toContain(`<b aria-hidden="true"><bdi>${author}</bdi></b>`)
      expect(href).toBe(`${chat}?after=0#m-${id}`)
      expect(html).not.toContain('name="replyTo" form="composer"')
    }
  })

  it('is begun on an open page by the same address', async () => {
    const { ben, chat, id } = await begin()
    const begun = await (await ben.get(`${chat}?reply=${id}`, htmx)).text()
    expect(begun).toMatch(/^<hx-partial id="replying"><div class="replying q-.*<\/hx-partial>$/s)
    expect(begun).toMatch(/hx-swap="beforeend"><p dir="auto">In reply to [^:]+<.p>/)
    const empty = '<hx-partial id="replying"></hx-partial>'
    for (const none of ['', 'never-was', '%00']) {
      expect(await (await ben.get(`${chat}?reply=${none}`, htmx)).text()).toBe(empty)
    }
  })

  it('to a message that is deleted meanwhile is sent without a quote, and open pages lose the quote at once', async () => {
    const { ann, ben, chat, id } = await begin()
    await ben.post(`${chat}/messages`, { content: 'a reply', nonce: 'n1', replyTo: id }, chat)
    const open = await LivePage.open(server.url, ben, chat)
    await ann.post(`${chat}/messages/${id}/unsend`, {}, chat)
    await open.frame(({ text }) => text.includes(`<hx-partial hx-target=".q-${id}" hx-swap="delete">`))
    open.socket.close()
    await ben.post(`${chat}/messages`, { content: 'too late', nonce: 'n2', replyTo: id }, chat)
    const html = await textOf(ben, `${chat}?reply=${id}`)
    expect(html).toContain('too late')
    expect(html).not.toContain(id)
    expect(html).not.toContain('first line')
  })
})
