// Long because every case of one behaviour stands here.
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { EngineEvent, RoomSummary } from '#src/chat/engine.js'
import { ListPane } from '#src/live/html/list-pane.js'
import { digestOf, hashItem } from '#src/rendering/chat-list.js'
import {
  eventOf,
  lifetimeOf,
  messageOf,
  noon,
  sentOf,
  summaryOf,
  swapsIn,
  typingOf,
  wordsIn,
} from '../../support/live/events.js'
import { notedPushes, pageOn } from '../../support/live/page-on.js'

/** A list of so many chats, r1 at the top, on a page that shows the chat r2. */
async function start(count = 3, shownDigest = '') {
  const stage = pageOn()
  const rooms = Array.from({ length: count }, (_, index) => summaryOf(`r${index + 1}`))
  stage.listRooms.mockResolvedValue({ rooms, hasEarlier: false, totalUnread: 0 })
  const { push, take } = notedPushes()
  const titles: number[] = []
  const renderTitle = (unread: number) => {
    titles.push(unread)
    return `${unread} unread`
  }
  const pane = new ListPane(stage.page.list, 'r2', push, renderTitle, { hasWayBack: true })
  const isPushed = await pane.catchUp(shownDigest)
  /** The target and kind of each swap since. */
  const swaps = () => swapsIn(take()).map(([swap]) => swap)
  /** Renders what has changed; the target and kind of each swap. */
  const pushed = async () => {
    await pane.pushChanges()
    return swaps()
  }
  const note = (event: EngineEvent, isDropped = false) => pane.note(event, isDropped)
  return { ...stage, pane, take, swaps, pushed, titles, note, isPushed }
}

const about = (roomId: string, given: Partial<RoomSummary> = {}) => ({ roomId, summary: summaryOf(roomId, given) })
const messageIn = (roomId: string, given: Partial<RoomSummary> = {}): EngineEvent => ({
  ...sentOf(messageOf(1, { roomId })),
  ...about(roomId, given),
})
const receiptIn = (roomId: string, given: Partial<RoomSummary> = {}) =>
  eventOf({ type: 'receipt.noted' }, about(roomId, given))

describe('a list that catches up', () => {
  it('is sent whole, with the way to more chats and the title, where the page shows another', async () => {
    const { isPushed, take, titles } = await start()
    expect(isPushed).toBe(true)
    expect(swapsIn(take()).map(([swap, html]) => [swap, wordsIn(html)])).toEqual([
      ['chats innerMorph', expect.stringMatching(/^(B Ben No messages ?){3}$/)],
      ['people .last innerHTML', ''],
      ['more-chats innerMorph', ''],
      ['ended innerMorph', ''],
      ['page-title innerHTML', '0 unread'],
      ['others-unread innerHTML', ''],
    ])
    expect(titles).toEqual([0])
  })

  it('is not sent to a page that shows the same', async () => {
    const { pane } = await start()
    const again = await start(3, pane.digest)
    expect([again.isPushed, again.swaps(), again.pane.digest]).toEqual([false, [], pane.digest])
  })

  it('marks the chat that the page shows', async () => {
    const { take } = await start()
    expect(take().match(/href="[^"]*" aria-current/g)).toEqual(['href="/chats/r2" aria-current'])
  })

  it('is not read for a page of older chats', async () => {
    const { isPushed, listRooms, swaps, pane } = await start(3, 'older')
    expect([isPushed, listRooms.mock.calls, swaps(), pane.digest]).toEqual([false, [], [], 'older'])
  })

  it('forgets what was noted before it was read, and keeps what is noted meanwhile', async () => {
    const { pane, listRooms, note, swaps, take, pushed } = await start()
    note({ ...messageIn('r3'), totalUnread: 5 })
    listRooms.mockImplementationOnce(async () => {
      note({ ...receiptIn('r2', { unread: 1 }), totalUnread: 1 })
      return { rooms: [summaryOf('r1'), summaryOf('r2')], hasEarlier: false, totalUnread: 0 }
    })
    take()
    expect(await pane.catchUp('')).toBe(true)
    const whole = [
      'chats innerMorph',
      'people .last innerHTML',
      'more-chats innerMorph',
      'ended innerMorph',
      'page-title innerHTML',
      'others-unread innerHTML',
    ]
    expect(swaps()).toEqual(whole)
    expect(await pushed()).toEqual(['c-r2 outerMorph', 'page-title innerHTML'])
  })

  it('takes the unread messages of a list that it need not send as shown', async () => {
    const { pane, listRooms, note, pushed, take } = await start()
    take()
    listRooms.mockResolvedValueOnce({ rooms: [summaryOf('r1')], hasEarlier: false, totalUnread: 4 })
    expect(await pane.catchUp((await listOf('r1')).digest)).toBe(false)
    note({ ...receiptIn('r1'), totalUnread: 4 })
    expect(await pushed()).toEqual([])
    note({ ...receiptIn('r1'), totalUnread: 5 })
    expect(await pushed()).toContain('page-title innerHTML')
  })
})

describe('a chat that has changed', () => {
  it('is rendered in its place from the newest that events said, once', async () => {
    const { note, pane, take, pushed } = await start()
    take()
    note(receiptIn('r2', { unread: 7 }))
    note(receiptIn('r2', { unread: 8 }))
    await pane.pushChanges()
    const html = take()
    expect(swapsIn(html).map(([swap]) => swap)).toEqual(['c-r2 outerMorph'])
    expect(wordsIn(html)).toContain('8 unread')
    expect(html).toContain('aria-current')
    expect(await pushed()).toEqual([])
  })

  it('keeps the number beside the chat of its page while that reports what it shows', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { note, pane, take, swaps } = await start()
    const hear = async (unread: number) => {
      note(messageIn('r2', { unread, lastMessage: messageOf(1, { roomId: 'r2', id: `m${unread}` }) }))
      await pane.pushChanges(true)
      return swaps()
    }
    await hear(0)
    const [digest] = [pane.digest, take()]
    expect(await hear(1)).toContain('l-r2 line')
    expect(await hear(1)).toEqual([])
    expect(await hear(2)).not.toContain('c-r2 .unread innerHTML')
    vi.advanceTimersByTime(999)
    expect(swaps()).toEqual([])
    vi.advanceTimersByTime(1)
    expect(swapsIn(take()).map(([swap, html]) => [swap, wordsIn(html)])).toEqual([
      ['c-r2 .unread innerHTML', '2 2 unread'],
    ])
    expect(pane.digest).not.toBe(digest)
    note(receiptIn('r2', { unread: 0, lastMessage: messageOf(1, { roomId: 'r2', id: 'm2' }) }))
    await pane.pushChanges(true)
    expect(swaps()).toContain('c-r2 .unread innerHTML')
  })

  it('says no number beside the chat of its page that was seen at once', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { note, pane, take, swaps } = await start()
    const hear = async (unread: number) => {
      note(receiptIn('r2', { unread }))
      await pane.pushChanges(true)
    }
    await hear(0)
    take()
    await hear(1)
    await hear(0)
    vi.advanceTimersByTime(10_000)
    expect(swaps().filter(swap => swap.startsWith('c-r2'))).toEqual([])
    await hear(1)
    pane.stop()
    vi.advanceTimersByTime(10_000)
    expect(swaps().filter(swap => swap.startsWith('c-r2'))).toEqual([])
  })

  it('is pushed whole at first, and then only the parts of it that change', async () => {
    const { note, pane, pushed, take, isTyping } = await start()
    take()
    const lastMessage = messageOf(1, { roomId: 'r1', sentAt: noon })
    note(messageIn('r1', { unread: 1, lastMessage }))
    expect(await pushed()).toContain('c-r1 outerMorph')
    note(messageIn('r1', { unread: 2, lastMessage: { ...lastMessage, id: 'm2', text: 'the next' } }))
    await pane.pushChanges()
    const swaps = swapsIn(take()).map(([swap, html]) => [swap, wordsIn(html)])
    expect(swaps.filter(([swap]) => swap !== 'list-report innerHTML')).toEqual([
      ['l-r1 line', 'the next'],
      ['c-r1 .unread innerHTML', '2 2 unread'],
    ])
    isTyping.mockReturnValueOnce(true).mockReturnValueOnce(true)
    note({ ...typingOf('ben'), ...about('r1', { unread: 2, lastMessage }) })
    await pane.pushChanges()
    expect(swapsIn(take()).map(([swap, html]) => [swap, wordsIn(html)])[0]).toEqual(['l-r1 line', 'is typing…'])
    const later = { ...lastMessage, sentAt: noon + 60_000 }
    note(receiptIn('r1', { unread: 2, lastMessage: later }))
    expect(await pushed()).toEqual(expect.arrayContaining(['l-r1 line', 'c-r1 .when innerHTML']))
    note(
      receiptIn('r1', { unread: 2, lastMessage: later, presence: { userId: 'ben', isOnline: true, lastSeen: null } }),
    )
    expect(await pushed()).toContain('c-r1 outerMorph')
  })

  it('is not pushed for a receipt, of which it shows nothing', async () => {
    const { note, pushed, take } = await start()
    take()
    note(receiptIn('r2', { theirs: { delivered: 3, seen: 3 } }))
    expect(await pushed()).toEqual([])
  })

  it('goes to the top when a message was sent or the room was opened, and is taken from its place', async () => {
    const { note, pushed, take } = await start()
    take()
    note(messageIn('r3'))
    expect(await pushed()).toEqual(['c-r3 delete', 'chats afterbegin'])
    note(eventOf({ type: 'room.opened', version: 1 }, about('r9')))
    expect(await pushed()).toEqual(['c-r9 delete', 'chats afterbegin'])
    note(messageIn('r3'))
    expect(await pushed()).toEqual(['c-r3 delete', 'chats afterbegin'])
  })

  it('stays where it is at the top', async () => {
    const { note, pushed, take } = await start()
    take()
    note(messageIn('r1', { unread: 1 }))
    expect(await pushed()).toEqual(['c-r1 outerMorph'])
  })

  it('goes to the top though something else happened to it after the message', async () => {
    const { note, pushed, take } = await start()
    take()
    note(messageIn('r2'))
    note(receiptIn('r2'))
    expect(await pushed()).toEqual(['c-r2 delete', 'chats afterbegin'])
  })

  it('is taken away when it is not in the list any more', async () => {
    const { note, pushed, take, pane } = await start()
    take()
    note(eventOf({ type: 'room.dissolved', reason: 'ended', byId: 'ben' }, { roomId: 'r2' }))
    expect(await pushed()).toEqual(['f-r2 .last innerHTML', 'c-r2 delete'])
    expect(pane.digest).toBe((await listOf('r1', 'r3')).digest)
    note(receiptIn('r2'))
    expect(await pushed()).toEqual([])
  })

  it('is told of below the list once it has ended, until there is another with the same person', async () => {
    const { note, pushed, take, listEndings } = await start()
    take()
    const ending = { roomId: 'r2', otherId: 'ben', reason: 'ended', byId: 'ben', expiresAt: noon + 5_000 } as const
    listEndings.mockResolvedValue([ending])
    note(eventOf({ type: 'room.dissolved', reason: 'ended', byId: 'ben' }, { roomId: 'r2' }))
    expect(await pushed()).toEqual(['f-r2 .last innerHTML', 'c-r2 delete', 'ended innerMorph'])
    note(receiptIn('r1', { unread: 1 }))
    expect(await pushed()).toEqual(['c-r1 outerMorph'])
    listEndings.mockResolvedValue([])
    note(eventOf({ type: 'room.opened', version: 1 }, about('r4')))
    expect(await pushed()).toEqual(['c-r4 delete', 'chats afterbegin', 'ended innerMorph'])
  })

  it('loses what a search shows of its messages once one is gone, also where the list does not reach it', async () => {
    const { note, pushed, take } = await start()
    take()
    const gone = {
      type: 'message.removed',
      version: 2,
      messages: [{ id: 'm1', seq: 1 }],
      vanishedOf: [],
      nextId: null,
    } as const
    note(eventOf(gone, about('r9')))
    note(receiptIn('r9'))
    expect(await pushed()).toEqual(['f-r9 .last innerHTML'])
    note(receiptIn('r9'))
    expect(await pushed()).toEqual([])
  })

  it('is not rendered where the page does not show it', async () => {
    const { note, pushed, take, namesOf } = await start()
    take()
    note(receiptIn('r9', { otherId: 'cem' }))
    expect(await pushed()).toEqual([])
    expect(namesOf.mock.calls.flat(2)).not.toContain('cem')
  })

  it('is not rendered for a lifetime that was chosen or messages that expire soon', async () => {
    const { note, pushed, take } = await start()
    take()
    note(eventOf(lifetimeOf('ben', 1, 1), about('r2')))
    note(eventOf({ type: 'messages.expiring', messages: [] }, about('r2')))
    expect(await pushed()).toEqual([])
  })

  it('is rendered as those say once something else has changed it', async () => {
    const { note, pane, take } = await start()
    take()
    note(receiptIn('r2', { unread: 1 }))
    note(eventOf({ type: 'messages.expiring', messages: [] }, about('r2', { unread: 2 })))
    await pane.pushChanges()
    expect(wordsIn(take())).toContain('2 unread')
  })

  it('is not rendered for an event of which the page takes no notice, but as it says', async () => {
    const { note, pane, take, pushed } = await start()
    take()
    note(messageIn('r2'), true)
    expect(await pushed()).toEqual([])
    note(receiptIn('r2', { unread: 1 }))
    note(messageIn('r2', { unread: 2 }), true)
    await pane.pushChanges()
    const html = take()
    expect(swapsIn(html).map(([swap]) => swap)).toEqual(['c-r2 outerMorph'])
    expect(wordsIn(html)).toContain('2 unread')
  })

  it('is reported as delivered, except where the page reports the messages of its own room', async () => {
    const { pane, note, take } = await start()
    const report = async (isReported: boolean) => {
      for (const id of ['r2', 'r3']) note(messageIn(id, { lastMessage: messageOf(1, { roomId: id, senderId: 'ben' }) }))
      await pane.pushChanges(isReported)
      return take().match(/"reports":"[^"]*"/g)
    }
    take()
    expect(await report(false)).toEqual(['"reports":"r2.m1 r3.m1"'])
    expect(await report(true)).toEqual(['"reports":"r3.m1"'])
  })

  it('is rendered again, at the top, if it changed while it was rendered', async () => {
    const { note, pane, take, namesOf } = await start()
    take()
    namesOf.mockImplementationOnce(async () => {
      note(receiptIn('r3', { otherId: 'cem', unread: 5 }))
      return new Map([['cem', 'Cem']])
    })
    note(messageIn('r3', { otherId: 'cem', unread: 4 }))
    await pane.pushChanges()
    const html = take()
    expect(swapsIn(html).map(([swap]) => swap)).toEqual(['c-r3 delete', 'chats afterbegin'])
    expect(wordsIn(html)).toContain('5 unread')
  })

  it('is not rendered once the page is over', async () => {
    const { note, pane, pushed, take } = await start()
    take()
    note(receiptIn('r2'))
    pane.stop()
    expect(await pushed()).toEqual([])
  })
})

describe('the title', () => {
  it('says how much is unread when that has changed', async () => {
    const { note, pushed, take, titles } = await start()
    take()
    note({ ...receiptIn('r2', { unread: 6 }), totalUnread: 6 })
    expect(await pushed()).toEqual(['c-r2 outerMorph', 'page-title innerHTML'])
    note({ ...receiptIn('r2', { unread: 6 }), totalUnread: 6 })
    expect(await pushed()).toEqual([])
    note({ ...typingOf('ben'), ...about('r2', { unread: 7 }), totalUnread: 7 })
    expect(await pushed()).toEqual(['c-r2 .unread innerHTML', 'page-title innerHTML'])
    expect(titles).toEqual([0, 6, 7])
  })

  it('goes with the number of unread messages in other chats, beside the way back', async () => {
    const { pane, note, pushed, take } = await start()
    take()
    note({ ...messageIn('r3', { unread: 5 }), totalUnread: 5 })
    expect(await pushed()).toContain('others-unread innerHTML')
    note({ ...receiptIn('r2', { unread: 2 }), totalUnread: 107 })
    await pane.pushChanges()
    const badge = swapsIn(take()).find(([swap]) => swap === 'others-unread innerHTML')
    expect(wordsIn(badge?.[1] ?? '')).toBe('99+ 99+ unread')
    note({ ...receiptIn('r2', { unread: 0 }), totalUnread: 105 })
    expect(await pushed()).toEqual(['c-r2 .unread innerHTML', 'page-title innerHTML'])
  })

  it('waits for a change that the page shows', async () => {
    const { note, pushed, take } = await start()
    take()
    note({ ...messageIn('r2'), totalUnread: 6 }, true)
    expect(await pushed()).toEqual([])
    note({ ...receiptIn('r9'), totalUnread: 6 })
    expect(await pushed()).toEqual(['page-title innerHTML', 'others-unread innerHTML'])
  })
})

describe('the icon', () => {
  const dots = (html: string) => [...html.matchAll(/<link id="icon"[^>]* href="([^"]*)"/g)].map(([, href]) => href)
  const [plain, dotted] = ['/static/icons/icon.svg', '/static/icons/icon-unread.svg']

  it('comes with a list that is sent whole, and with no other that shows the same', async () => {
    const { pane, listRooms, take } = await start()
    expect(dots(take())).toEqual([plain])
    listRooms.mockResolvedValue({ rooms: [summaryOf('r1')], hasEarlier: false, totalUnread: 2 })
    await pane.catchUp('')
    expect(dots(take())).toEqual([dotted])
    await pane.catchUp(pane.digest)
    expect(dots(take())).toEqual([])
  })

  it('gets a dot once something has been unread for a second, and loses it likewise', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { pane, note, take } = await start()
    const hear = async (totalUnread: number, thenMs: number) => {
      note({ ...messageIn('r2', { unread: totalUnread }), totalUnread })
      await pane.pushChanges()
      vi.advanceTimersByTime(thenMs)
      return dots(take())
    }
    take()
    expect(await hear(1, 500)).toEqual([])
    expect(await hear(0, 1000)).toEqual([])
    expect(await hear(1, 999)).toEqual([])
    expect(await hear(2, 1)).toEqual([dotted])
    expect(await hear(3, 1000)).toEqual([])
    expect(await hear(0, 999)).toEqual([])
    expect(await hear(0, 1)).toEqual([plain])
    await hear(1, 0)
    pane.stop()
    vi.advanceTimersByTime(1000)
    expect(dots(take())).toEqual([])
  })

  it('is sent with the first change to a page of older chats, of which nobody knows what it shows', async () => {
    const { pane, note, take } = await start(3, 'older')
    note({ ...receiptIn('r1'), totalUnread: 0 })
    await pane.pushChanges()
    expect(dots(take())).toEqual([plain])
  })
})

/** A list of these chats, as `start` makes them. */
async function listOf(...roomIds: string[]) {
  const { page } = pageOn()
  await page.list.meet('ben')
  const hashes = roomIds.map(id => hashItem(page.list.factsOf(summaryOf(id), 'r2')))
  return { digest: digestOf(hashes, 0) }
}

describe('the digest', () => {
  it('is that of the list that was sent last', async () => {
    const { pane, listRooms } = await start()
    listRooms.mockResolvedValue({ rooms: [summaryOf('r1')], hasEarlier: false, totalUnread: 0 })
    await pane.catchUp('')
    expect(pane.digest).toBe((await listOf('r1')).digest)
  })

  it('is that of what the page shows now', async () => {
    const { pane, note, pushed } = await start()
    expect(pane.digest).toBe((await listOf('r1', 'r2', 'r3')).digest)
    note(messageIn('r3'))
    await pushed()
    expect(pane.digest).toBe((await listOf('r3', 'r1', 'r2')).digest)
    const before = pane.digest
    note(receiptIn('r1', { unread: 1 }))
    await pushed()
    expect(pane.digest).not.toBe(before)
    note(receiptIn('r1'))
    await pushed()
    expect(pane.digest).toBe(before)
  })
})

describe('a list of a hundred chats', () => {
  it('loses its last one to a new one, and leads to it', async () => {
    const { note, pane, take } = await start(100)
    take()
    note(messageIn('r101'))
    await pane.pushChanges()
    const html = take()
    expect(swapsIn(html).map(([swap]) => swap)).toEqual([
      ...['c-r101 delete', 'chats afterbegin', 'c-r100 delete', 'more-chats innerMorph'],
    ])
    expect(html).toContain('href="/chats?before=r99"')
    note(receiptIn('r100'))
    await pane.pushChanges()
    expect(take()).toBe('')
  })

  it('has room for one that it has already, and for a new one with 99', async () => {
    const full = await start(100)
    full.take()
    full.note(messageIn('r100'))
    expect(await full.pushed()).toEqual(['c-r100 delete', 'chats afterbegin'])
    const almost = await start(99)
    almost.take()
    almost.note(messageIn('r100'))
    expect(await almost.pushed()).toEqual(['c-r100 delete', 'chats afterbegin'])
  })
})

describe('a list of older chats', () => {
  it('renders whatever changes in its place, and drops what becomes active', async () => {
    const { note, pushed, pane } = await start(3, 'older')
    note(receiptIn('r7'))
    expect(await pushed()).toEqual(['c-r7 outerMorph'])
    note(messageIn('r8'))
    expect(await pushed()).toEqual(['c-r8 delete'])
    expect(pane.digest).toBe('older')
  })
})
