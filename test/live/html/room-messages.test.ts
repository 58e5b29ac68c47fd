// Long because all that happens to the list of messages is tested here.
import { describe, expect, it, vi } from 'vitest'
import type { EngineEvent, Message, RoomView } from '#src/chat/engine.js'
import { SharedRenderings } from '#src/live/client/shared-renderings.js'
import type { PageRenderer } from '#src/live/html/page-renderer.js'
import { RoomMessages } from '#src/live/html/room-messages.js'
import { messageOf, summaryOf, swapsIn, viewOf, wordsIn } from '../../support/live/events.js'
import { notedPushes, pageOn } from '../../support/live/page-on.js'

type Removed = Extract<EngineEvent, { type: 'message.removed' }>

const mine = (seq: number, given: Parameters<typeof messageOf>[1] = {}) => messageOf(seq, { senderId: 'ann', ...given })

/** The messages of a page of ann's, which has adopted a view. */
function start(given: Partial<RoomView> = {}, page = pageOn().page) {
  const { push, take, catchUps } = notedPushes()
  const messages = new RoomMessages(page, 'r1', 'c1', push)
  messages.adopt(viewOf(given), 'Ben')
  const swaps = () => swapsIn(take()).map(([swap]) => swap)
  return { messages, take, swaps, catchUps }
}

const noCount = { total: 0, shown: 0, afterSeq: 0 }
const openEnded = { from: 1, to: 2, isOpenEnded: true }

describe('all messages of a view', () => {
  it('are pushed as a catch-up, with the way to those before them', async () => {
    const { messages, take, catchUps } = start()
    await messages.pushAll(viewOf({ previous: messageOf(0) }), openEnded)
    expect(catchUps).toEqual([true, false])
    const swaps = swapsIn(take())
    expect(swaps.map(([swap]) => swap)).toEqual(['list innerMorph', 'earlier innerMorph'])
    expect(swaps[0]?.[1]).toContain('data-unseen="c1" data-undelivered')
    expect(swaps[0]?.[1]).toContain('aria-label="Ben"')
    expect(swaps[1]?.[1]).toContain('?before=1')
  })

  it('leave the way to those before them as it is when the page keeps its beginning', async () => {
    const { messages, swaps } = start()
    await messages.pushAll(viewOf({ survivors: [] }), openEnded)
    expect(swaps()).toEqual(['list innerMorph'])
  })

  it.each([
    ['a page that showed nothing', null, 0],
    ['a page that ended before the newest', { ...openEnded, isOpenEnded: false }, 0],
    ['a page that ends before the newest now', openEnded, 3],
  ])('come with the way to those after them for %s', async (_, shown, later) => {
    const { messages, take } = start({ later })
    await messages.pushAll(viewOf({ later }), shown)
    const swaps = swapsIn(take()).slice(2)
    expect(swaps.map(([swap]) => swap)).toEqual(['later innerMorph', 'jump innerMorph'])
    expect(swaps[0]?.[1].includes('/chats/r1?after=2#earlier')).toBe(later > 0)
    expect(swaps[1]?.[1].includes('/chats/r1?newest')).toBe(later > 0)
  })
})

describe('unseen messages', () => {
  it('are the other’s that were not seen, and report anew', async () => {
    const { messages, take } = start()
    const theirs = [messageOf(1), messageOf(2), mine(3), messageOf(4)]
    await messages.pushUnseen(viewOf({ messages: theirs, mine: { delivered: 2, seen: 1 } }))
    const swaps = swapsIn(take())
    expect(swaps.map(([swap]) => swap)).toEqual(['m-m2>article outerMorph', 'm-m4>article outerMorph'])
    expect(swaps[1]?.[1]).toContain('data-unseen="c1" data-undelivered')
    expect(swaps[0]?.[1]).not.toContain('data-undelivered')
    expect(swaps[0]?.[1]).toContain('aria-label="Ben"')
  })
})

describe('a new message', () => {
  it('is added at the end, and reports itself with the key of all pushes', () => {
    const { messages, take } = start()
    messages.add(messageOf(3), new SharedRenderings(), true)
    const swaps = swapsIn(take())
    expect(swaps.map(([swap]) => swap)).toEqual(['list beforeend'])
    expect(swaps[0]?.[1]).toContain('data-unseen="push" data-undelivered')
    expect(swaps[0]?.[1]).toContain('aria-label="Ben"')
    expect(messages.window.shown.to).toBe(3)
  })

  it('continues the run of the one before, and begins a day where none is before', () => {
    const { messages, take } = start()
    messages.add(messageOf(3), new SharedRenderings(), true)
    expect(take()).toContain('class="theirs run same"')
    messages.add(mine(4), new SharedRenderings(), true)
    expect(take()).toContain('class="mine newest"')
    messages.add(mine(5), new SharedRenderings(), true)
    expect(take()).toContain('class="mine newest run same"')
    const empty = start({ messages: [] })
    empty.messages.add(messageOf(3), new SharedRenderings(), true)
    expect(empty.take()).toContain('data-day')
  })

  it('is only counted on a page that ends before it', () => {
    const { messages, take } = start({ later: 2 })
    messages.add(messageOf(5), new SharedRenderings(), true)
    expect(swapsIn(take())).toEqual([['later-count innerHTML', '3']])
  })

  it('does not move the window past a gap', () => {
    const { messages } = start()
    messages.add(messageOf(5), new SharedRenderings(), false)
    expect(messages.window.shown.to).toBe(2)
  })

  it('is rendered once for all pages of a viewer in a language, and anew for others', () => {
    const shared = new SharedRenderings()
    const add = (page: PageRenderer, seq: number) => {
      vi.spyOn(page, 'renderRow').mockReturnValue('rendered anew')
      const { messages, take } = start({}, page)
      messages.add(messageOf(seq), shared, true)
      return take()
    }
    const first = start()
    first.messages.add(messageOf(3), shared, true)
    expect(add(pageOn('ann').page, 3)).toBe(first.take())
    for (const page of [pageOn('ben').page, pageOn('ann', 'de').page]) expect(add(page, 3)).toContain('>rendered anew<')
    expect(add(pageOn('ann').page, 4)).toContain('>rendered anew<')
  })
})

describe('messages that have changed', () => {
  it('are replaced, with how far they have come', async () => {
    const { messages, take, catchUps } = start({ theirs: { delivered: 1, seen: 0 } })
    await messages.pushChanged([mine(1)], new SharedRenderings())
    expect(take()).toContain('data-status="delivered"')
    messages.noteCursors('ben', { delivered: 1, seen: 1 })
    await messages.pushChanged([mine(1)], new SharedRenderings())
    expect(catchUps).toEqual([false])
    const [swap] = swapsIn(take())
    expect(swap?.[0]).toBe('m-m1>article outerMorph')
    expect(swap?.[1]).toContain('data-status="seen"')
  })

  it('report what the viewer has not seen', async () => {
    const { messages, take } = start()
    await messages.pushChanged([messageOf(1)], new SharedRenderings())
    expect(take()).toContain('data-unseen')
    messages.noteCursors('ann', { delivered: 1, seen: 1 })
    await messages.pushChanged([messageOf(1)], new SharedRenderings())
    const html = take()
    expect(html).not.toMatch(/"status"|data-unseen/)
    expect(html).toContain('aria-label="Ben"')
  })

  it('are a catch-up where they are several', async () => {
    const { messages, take, catchUps } = start()
    await messages.pushChanged([mine(1), mine(2)], new SharedRenderings())
    expect(catchUps).toEqual([true, true])
    expect(swapsIn(take()).map(([swap, html]) => [swap, /text \d/.exec(wordsIn(html))?.[0]])).toEqual([
      ['m-m1>article outerMorph', 'text 1'],
      ['m-m2>article outerMorph', 'text 2'],
    ])
  })

  it('are rendered once for all pages of a viewer', async () => {
    const { messages, take } = start()
    const shared = new SharedRenderings()
    await messages.pushChanged([mine(1)], shared)
    take()
    messages.noteCursors('ben', { delivered: 1, seen: 1 })
    await messages.pushChanged([mine(1)], shared)
    expect(take()).toContain('data-status="sent"')
  })
})

const removedOf = (messages: readonly Message[], given: Partial<Removed> = {}): Removed => ({
  ...{ type: 'message.removed', roomId: 'r1', summary: null, totalUnread: 0, version: 3, vanishedOf: [], nextId: null },
  messages,
  ...given,
})

describe('messages that are gone', () => {
  it('are taken from the page', () => {
    const { messages, swaps } = start()
    messages.drop(removedOf([messageOf(1), messageOf(9)]))
    expect(swaps()).toEqual(['m-m1 delete', 'm-m9 delete'])
  })

  it.each([
    [null, 'list beforeend'],
    ['m2', 'm-m2 beforebegin'],
  ])('leave a count in their place if they vanished unseen: before %s', (nextId, swap) => {
    const { messages, take } = start()
    const counts = { theirs: { total: 2, shown: 0, afterSeq: 1 }, mine: { total: 0, shown: 0, afterSeq: 0 } }
    const summary = summaryOf('r1', { vanished: counts })
    messages.drop(removedOf([messageOf(1)], { summary, vanishedOf: ['ben'], nextId }))
    const [, , notice] = swapsIn(take())
    expect(notice?.[0]).toBe(swap)
    expect(wordsIn(notice?.[1] ?? '')).toMatch(/^2 messages from \S+ vanished before you saw them$/)
    expect(notice?.[1]).toContain('{"type":"vanished:shown","theirs":2,"mine":0,"k":"push"}')
  })

  it('leave the count of one\u2019s own after the newest message', () => {
    const { messages, swaps } = start()
    const vanished = { theirs: noCount, mine: { total: 1, shown: 0, afterSeq: 2 } }
    const summary = summaryOf('r1', { vanished })
    messages.drop(removedOf([mine(1)], { summary, vanishedOf: ['ann'], nextId: 'm2' }))
    expect(swaps().slice(1)).toEqual(['vanished-mine delete', 'list beforeend'])
  })

  it('have a count that was not shown reported anew on a second connection, and one that was shown not', async () => {
    const { messages, take } = start()
    messages.begin({ window: null, vanished: { theirs: 0, mine: 0 } })
    const vanished = { theirs: { total: 2, shown: 0, afterSeq: 1 }, mine: { total: 1, shown: 1, afterSeq: 1 } }
    await messages.pushUnseen(viewOf({ messages: [], vanished }))
    const [notice, ...others] = swapsIn(take())
    expect(others).toEqual([])
    expect(notice?.[0]).toBe('vanished-theirs outerMorph')
    expect(notice?.[1]).toContain('{"type":"vanished:shown","theirs":2,"mine":1,"k":"c1"}')
  })

  it('are counted off those after the page, and then the way to them goes', () => {
    const { messages, take } = start({ later: 2 })
    messages.drop(removedOf([messageOf(3)]))
    const swaps = swapsIn(take())
    expect(swaps.map(([swap]) => swap)).toEqual(['m-m3 delete', 'later innerMorph', 'jump innerMorph'])
    expect(swaps[1]?.[1]).toContain('/chats/r1?after=2')
    expect(swaps[2]?.[1]).toMatch(/id="later-count"[^>]*>1</)
    messages.drop(removedOf([messageOf(4)]))
    expect(take()).not.toContain('?after=')
  })
})
