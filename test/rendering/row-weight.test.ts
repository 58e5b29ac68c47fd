import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { projectRoot } from '#src/project-root.js'
import { fill, newPair } from '../support/crowd.js'
import { messageOf } from '../support/live/events.js'
import { pageOn } from '../support/live/page-on.js'
import { LivePage } from '../support/live-page.js'
import { startTestServer } from '../support/test-server.js'

const unread = { delivered: 0, seen: 0 }
const letters = (count: number) => 'x'.repeat(count)
const limits = z
  .array(z.object({ figure: z.string(), most: z.number() }))
  .parse(JSON.parse(readFileSync(join(projectRoot, 'bench', 'budget.json'), 'utf8')))

/** The limit of a figure in bench/budget.json. */
function limitOf(figure: string): number {
  const limit = limits.find(each => each.figure === figure)
  if (!limit) throw new Error(`The budget has no limit for ${figure}`)
  return limit.most
}

it.each([
  ['one’s own', 'ann'],
  ['the other’s', 'ben'],
])('a message of 48 characters, %s, takes few bytes with its row', (_whose, senderId) => {
  const message = messageOf(1234, { id: letters(22), senderId, text: letters(48), nonce: letters(22) })
  const row = pageOn().page.renderRow(message, 'Ben', { mine: unread, theirs: unread }, 'push', message)
  expect(row).toContain(letters(48))
  expect(Buffer.byteLength(row)).toBeLessThanOrEqual(limitOf('its row, bytes'))
})

describe('on a page of a chat', () => {
  let server: Awaited<ReturnType<typeof startTestServer>>
  beforeAll(async () => {
    server = await startTestServer({ RATE_LIMIT_MESSAGES: '1000', RATE_LIMIT_REQUESTS: '1000' })
  })
  afterAll(() => server.stop())

  it('a message of 48 characters comes to its reader in a frame of few bytes, and its ticks in fewer', async () => {
    const { ann, ben, chat } = await newPair(server.url)
    const [own, other] = [await LivePage.open(server.url, ann, chat), await LivePage.open(server.url, ben, chat)]
    // The first brings the heading of its day.
    for (const content of ['first', letters(48)]) {
      own.say({ type: 'message:send', content, nonce: `${content.length}`.padStart(22, 'n') })
      const { text } = await other.frame(frame => frame.text.includes(`>${content}<`))
      if (content !== 'first') {
        const most = limitOf("the reader's frame with a message of 48 characters, bytes")
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(most)
      }
      const [, messageId = ''] = /<li id="m-([^"]+)"/.exec(text) ?? []
      for (const status of ['delivered', 'seen']) {
        other.say({ type: 'message:status', messageId, status })
        const tick = await own.frame(frame => frame.text.startsWith(`<b id="s-${messageId}" class="status ${status}"`))
        expect(Buffer.byteLength(tick.text)).toBeLessThanOrEqual(limitOf('a tick, bytes'))
      }
    }
  })

  it('a hundred messages take few bytes, compressed', async () => {
    const { ann, chat } = await newPair(server.url)
    await fill(ann, chat, 100)
    const headers = { cookie: ann.cookieHeader, 'accept-encoding': 'gzip, br' }
    const [answer] = await once(get(new URL(chat, server.url), { headers, agent: false }), 'response')
    const { length } = await buffer(answer)
    expect([answer.headers['content-encoding'], length > 1000]).toEqual(['br', true])
    expect(length).toBeLessThanOrEqual(limitOf('a chat of 100 messages, compressed: bytes'))
  })
})
