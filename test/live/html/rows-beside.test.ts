import { describe, expect, it } from 'vitest'
import type { RoomView } from '#src/chat/engine.js'
import { messageOf, viewOf, wordsIn } from '../../support/live/events.js'
import { pageOn } from '../../support/live/page-on.js'

const noCount = { total: 0, shown: 0, afterSeq: 0 }

/** The words of a list in order, without times and days: each message is `text N`. */
async function rowsOf(given: Partial<RoomView>) {
  const html = await pageOn().page.renderMessages(viewOf(given), 'Ben', 'key')
  return wordsIn(html).match(
    /text \d+|\d+ new messages?|\d+ messages? (?:from \S+ )?vanished before \S+ saw (?:it|them)/g,
  )
}

describe('the divider', () => {
  it('stands above the first unread message and counts all of them', async () => {
    expect(await rowsOf({ mine: { delivered: 2, seen: 1 }, unread: 25, later: 24 })).toEqual([
      ...['text 1', '25 new messages', 'text 2'],
    ])
  })

  it('is not there when all is read, nor in a window that begins after the first unread message', async () => {
    expect(await rowsOf({ mine: { delivered: 2, seen: 2 } })).toEqual(['text 1', 'text 2'])
    expect(await rowsOf({ messages: [messageOf(3)], previous: messageOf(2), unread: 3 })).toEqual(['text 3'])
  })
})

describe('the notice of vanished messages', () => {
  it('stands where they stood, with the count that its reader was not shown', async () => {
    const theirs = { total: 3, shown: 1, afterSeq: 1 }
    expect(await rowsOf({ vanished: { theirs, mine: noCount }, mine: { delivered: 2, seen: 2 } })).toEqual([
      ...['text 1', '2 messages from Ben vanished before you saw them', 'text 2'],
    ])
  })

  it('says of one\u2019s own messages that the other did not see them', async () => {
    const mine = { total: 1, shown: 0, afterSeq: 9 }
    expect(await rowsOf({ vanished: { theirs: noCount, mine }, mine: { delivered: 2, seen: 2 } })).toEqual([
      ...['text 1', 'text 2', '1 message vanished before Ben saw it'],
    ])
  })

  it('stands under the divider where the two meet, so that a chat that opens there shows it', async () => {
    const theirs = { total: 1, shown: 0, afterSeq: 1 }
    const given = { vanished: { theirs, mine: noCount }, mine: { delivered: 2, seen: 1 }, unread: 1 }
    expect(await rowsOf(given)).toEqual([
      ...['text 1', '1 new message', '1 message from Ben vanished before you saw it', 'text 2'],
    ])
  })

  it('is not in a window that begins after it', async () => {
    const theirs = { total: 1, shown: 0, afterSeq: 1 }
    const given = { messages: [messageOf(4)], previous: messageOf(3), mine: { delivered: 4, seen: 4 } }
    expect(await rowsOf({ ...given, vanished: { theirs, mine: noCount } })).toEqual(['text 4'])
  })

  it('is not in a window that ends before it', async () => {
    const mine = { total: 1, shown: 0, afterSeq: 9 }
    const given = { vanished: { theirs: noCount, mine }, mine: { delivered: 2, seen: 2 }, later: 1 }
    expect(await rowsOf(given)).toEqual(['text 1', 'text 2'])
  })
})
