import { expect, it } from 'vitest'
import { messageOf } from '../support/live/events.js'
import { pageOn } from '../support/live/page-on.js'

const unread = { delivered: 0, seen: 0 }
const letters = (count: number) => 'x'.repeat(count)

it.each([
  ['one’s own', 'ann', 600],
  ['the other’s', 'ben', 600],
])('a message of 48 characters, %s, takes few bytes with its row', (_whose, senderId, most) => {
  const message = messageOf(1234, { id: letters(22), senderId, text: letters(48), nonce: letters(22) })
  const row = pageOn().page.renderRow(message, 'Ben', { mine: unread, theirs: unread }, 'push', message)
  expect(row).toContain(letters(48))
  expect(Buffer.byteLength(row)).toBeLessThanOrEqual(most)
})
