// Long because every case of one behaviour stands here.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type AnnouncementKind, announcementKinds } from '#src/accounts/settings.js'
import { type EngineEvent, mostEvents, mostWindow, type RoomView } from '#src/chat/engine.js'
import { SharedRenderings } from '#src/live/client/shared-renderings.js'
import { RoomPane } from '#src/live/html/room-pane.js'
import {
  eventOf,
  lifetimeOf,
  messageOf,
  sentOf,
  summaryOf,
  swapsIn,
  timelineOf,
  typingOf,
  viewOf,
  wordsIn,
} from '../../support/live/events.js'
import { notedPushes, pageOn } from '../../support/live/page-on.js'

const keptEvent = timelineOf({ what: 'kept' })

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const noneShown = { theirs: 0, mine: 0 }
const shownNothing = { epoch: null, version: -1, window: null, vanished: null }
const shownAll = { epoch: 'e', version: 2, window: { from: 1, to: 2, isOpenEnded: true }, vanished: noneShown }
const mine = (seq: number) => messageOf(seq, { senderId: 'ann' })
const everything = [
  'list innerMorph',
  'earlier innerMorph',
  'later innerMorph',
  'jump innerMorph',
  'presence outerMorph',
  'lifetime-choices outerMorph',
  'erase outerMorph',
  'about innerHTML',
  'warning innerMorph',
]

/** Ann's page of her room with ben, which shows nothing yet. */
function open(announced: readonly AnnouncementKind[] = announcementKinds) {
  const stage = pageOn()
  const { push, take } = notedPushes()
  const inTurn = vi.fn(async (catchUp: () => Promise<void>) => catchUp())
  const pane = new RoomPane('r1', stage.page, 'c1', push, announced, inTurn)
  /** The target and kind of each swap since. */
  const swaps = () => swapsIn(take()).map(([swap]) => swap)
  /** What was announced since, in words. */
  const said = (ms: number) => {
    take()
    vi.advanceTimersByTime(ms)
    return swapsIn(take()).map(([swap, html]) => `${swap}: ${wordsIn(html)}`)
  }
  const does = async (event: EngineEvent, isPaused = false) => {
    await pane.take(event, new SharedRenderings(), isPaused)
    return swaps()
  }
  return { ...stage, pane, take, swaps, said, does, inTurn }
}

/** The same, which shows the room as ben has written two messages in it. */
async function start(given: Partial<RoomView> = {}, announced?: readonly AnnouncementKind[]) {
  const stage = open(announced)
  stage.readRoom.mockResolvedValue(viewOf(given))
  await stage.pane.catchUp(shownAll, false)
  stage.take()
  stage.readRoom.mockClear()
  return stage
}

describe('a page that catches up', () => {
  it('is there, and shows nothing before it has', () => {
    expect(open().pane.shown).toEqual({
      epoch: '',
      version: -1,
      window: { from: 0, to: 0, isOpenEnded: true },
      vanished: null,
    })
  })

  it('gets all of its room when it shows nothing', async () => {
    const { pane, swaps, readRoom } = open()
    await pane.catchUp(shownNothing, false)
    expect(swaps()).toEqual(everything)
    expect(readRoom.mock.calls).toEqual([['r1', 'ann', undefined]])
    expect([pane.otherName, pane.shown]).toEqual(['Ben', shownAll])
  })

  it.each([
    { ...shownAll, version: 1 },
    { ...shownAll, epoch: 'other' },
  ])('gets the window that it shows when it shows %o', async shown => {
    const { pane, swaps, readRoom } = open()
    await pane.catchUp(shown, false)
    expect(readRoom.mock.calls).toEqual([['r1', 'ann', { of: 'page', from: 1, to: 2, isOpenEnded: true }]])
    expect(swaps()).toEqual([
      ...['list innerMorph', 'earlier innerMorph', 'presence outerMorph', 'lifetime-choices outerMorph'],
      ...['erase outerMorph', 'about innerHTML', 'warning innerMorph'],
    ])
  })

  it('gets nothing when it shows the same', async () => {
    const { pane, swaps } = open()
    await pane.catchUp(shownAll, false)
    expect(swaps()).toEqual([])
  })

  it('reports unseen messages once more when it was connected before', async () => {
    const { pane, swaps } = open()
    await pane.catchUp(shownAll, true)
    expect(swaps()).toEqual(['m-m1>article outerMorph', 'm-m2>article outerMorph'])
    await pane.catchUp({ ...shownAll, version: 1 }, true)
    expect(swaps()[0]).toBe('list innerMorph')
  })

  it('gets the lifetime that was chosen, if it shows another room', async () => {
    const { pane, swaps, readRoom } = open()
    readRoom.mockResolvedValue(viewOf({ lifetime: { lifetimeMs: 300_000, from: 'sent', byId: 'ben' } }))
    await pane.catchUp(shownAll, false)
    expect(swaps()).toEqual([])
    await pane.catchUp({ ...shownAll, version: 1 }, false)
    expect(swaps()).toContain('lifetime-choices outerMorph')
  })

  it('is warned of what expires soon, even if it shows the same', async () => {
    const { pane, take, readRoom } = open()
    readRoom.mockResolvedValue(viewOf({ expiring: [messageOf(1)] }))
    await pane.catchUp(shownAll, false)
    expect(swapsIn(take()).map(([swap, html]) => [swap, wordsIn(html)])).toEqual([
      ['warning innerMorph', expect.stringContaining('Oldest messages vanish in')],
    ])
  })

  it('announces how many messages it missed, if it was connected before', async () => {
    const { pane, said, readRoom } = open()
    const messages = [messageOf(1), messageOf(2), mine(3), messageOf(4)]
    readRoom.mockResolvedValue(viewOf({ messages, mine: { delivered: 1, seen: 0 } }))
    await pane.catchUp(shownNothing, false)
    expect(said(60_000)).toEqual([])
    await pane.catchUp(shownNothing, true)
    expect(said(60_000)).toEqual(['announcer beforeend: 2 new messages'])
  })

  it('announces nobody who was online already', async () => {
    const { pane, said, does, readRoom } = open()
    const online = { userId: 'ben', isOnline: true, lastSeen: null }
    readRoom.mockResolvedValue(viewOf({ presence: online }))
    await pane.catchUp(shownAll, false)
    await does(eventOf({ type: 'presence.changed', presence: online }))
    expect(said(60_000)).toEqual([])
    await does(eventOf({ type: 'presence.changed', presence: { ...online, isOnline: false } }))
    expect(said(60_000)).toEqual(['announcer beforeend: Ben is offline'])
  })

  it('takes over the presence of a view, where no event was newer', async () => {
    const { pane, take, readRoom } = await start({ presence: { userId: 'ben', isOnline: true, lastSeen: null } })
    readRoom.mockResolvedValue(viewOf({ presence: { userId: 'ben', isOnline: false, lastSeen: null } }))
    await pane.catchUp(shownAll, false)
    take()
    pane.pushPresence()
    expect(wordsIn(take())).toContain('Offline')
  })

  it('keeps the presence that an event brought while the room was read', async () => {
    const { pane, take, readRoom } = await start()
    readRoom.mockImplementationOnce(async () => {
      const presence = { userId: 'ben', isOnline: true, lastSeen: null }
      pane.note(eventOf({ type: 'receipt.noted' }, { summary: summaryOf('r1', { presence }) }))
      return viewOf({ presence: { userId: 'ben', isOnline: false, lastSeen: null } })
    })
    await pane.catchUp(shownAll, false)
    take()
    pane.pushPresence()
    expect(wordsIn(take())).toContain('Online')
  })

  it('waits for its turn when its version cannot be compared, and then gets its window', async () => {
    const { pane, swaps, readRoom, inTurn } = await start()
    let begin = () => {}
    inTurn.mockImplementationOnce(catchUp => new Promise<void>(resolve => (begin = resolve)).then(catchUp))
    const catchingUp = pane.catchUpAnew(false)
    expect(readRoom).not.toHaveBeenCalled()
    begin()
    await catchingUp
    expect(readRoom.mock.calls).toEqual([['r1', 'ann', { of: 'page', from: 1, to: 2, isOpenEnded: true }]])
    expect(swaps()[0]).toBe('list innerMorph')
  })
})

describe('an event of the room', () => {
  it('is a message of the other’s, which is shown and announced', async () => {
    const { pane, does, said } = await start()
    expect(await does(sentOf(messageOf(3)))).toEqual(['list beforeend'])
    expect(pane.shown).toEqual({
      epoch: 'e',
      version: 3,
      window: { from: 1, to: 3, isOpenEnded: true },
      vanished: noneShown,
    })
    expect(said(60_000)).toEqual(['announcer beforeend: Ben: text 3'])
  })

  it('is one’s own message, which takes the place of its bubble', async () => {
    const { does, said } = await start()
    expect(await does(sentOf(mine(3)))).toEqual(['p-n3 delete', 'list beforeend'])
    expect(said(60_000)).toEqual(['announcer beforeend: Sent'])
  })

  it('is announced only as far as that is wanted', async () => {
    const { does, said } = await start({}, [])
    await does(sentOf(messageOf(3)))
    await does(sentOf(mine(4)))
    expect(said(60_000)).toEqual([])
  })

  it('is left out where the page ends before it', async () => {
    const { does, said } = await start({ later: 1 })
    expect(await does(sentOf(messageOf(4), 3))).toEqual(['later-count innerHTML'])
    const kept = {
      type: 'messages.kept',
      version: 4,
      reason: 'kept',
      byId: 'ben',
      messages: [],
      timeline: keptEvent,
    } as const
    expect(await does(eventOf(kept))).toEqual([])
    expect(said(1400)).toContain('announcer beforeend: Ben kept messages longer')
  })

  it('is a receipt of the other’s, which shows on one’s own messages', async () => {
    const { does, pane, take } = await start()
    const receipt = {
      type: 'receipt.moved',
      before: { delivered: 0, seen: 0 },
      after: { delivered: 1, seen: 1 },
    } as const
    await pane.take(eventOf({ ...receipt, version: 3, userId: 'ben', messages: [mine(1)] }), new SharedRenderings())
    const html = take()
    expect(swapsIn(html).map(([swap]) => swap)).toEqual(['s-m1 tick'])
    expect(html).toContain('class="status seen"')
    expect(await does(eventOf({ ...receipt, version: 4, userId: 'ann', messages: [messageOf(1)] }))).toEqual([])
    expect(pane.shown.version).toBe(4)
    await pane.take(
      eventOf({
        type: 'messages.kept',
        version: 5,
        reason: 'kept',
        byId: 'ben',
        messages: [messageOf(1)],
        timeline: keptEvent,
      }),
      new SharedRenderings(),
    )
    expect(take()).not.toContain('"status":"seen"')
  })

  it('is that messages are gone, which are taken away with their warning and announcement', async () => {
    const { does, said } = await start()
    await does(sentOf(messageOf(3)))
    said(1400)
    await does(eventOf({ type: 'messages.expiring', messages: [messageOf(3)] }))
    expect(
      await does(
        eventOf({ type: 'message.removed', version: 4, messages: [messageOf(3)], vanishedOf: [], nextId: null }),
      ),
    ).toEqual([...['announcer innerHTML', 'm-m3 delete', 'warning innerMorph']])
  })

  it('is that messages expire soon, which is warned of whatever the version is', async () => {
    const { does, pane } = await start()
    expect(await does(eventOf({ type: 'messages.expiring', messages: [messageOf(1)] }))).toEqual(['warning innerMorph'])
    expect(pane.shown.version).toBe(2)
  })

  it('is that somebody has kept messages, which are shown, no longer warned of, and announced', async () => {
    const { does, pane, take, said } = await start()
    await does(eventOf({ type: 'messages.expiring', messages: [messageOf(1)] }))
    const kept = messageOf(1, { keptTimes: 1 })
    await pane.take(
      eventOf({
        type: 'messages.kept',
        version: 3,
        reason: 'kept',
        byId: 'ben',
        messages: [kept],
        timeline: keptEvent,
      }),
      new SharedRenderings(),
    )
    const swaps = swapsIn(take())
    expect(swaps.map(([swap]) => swap)).toEqual([
      ...['m-m1>article outerMorph', 'warning innerMorph', 'e-2-kept-1 delete', 'list beforeend'],
    ])
    expect(wordsIn(swaps[3]?.[1] ?? '')).toBe('Ben kept messages longer')
    expect(said(1400)).toEqual(['announcer beforeend: Ben kept messages longer'])
  })

  it('is that somebody has chosen a lifetime, which is shown and announced', async () => {
    const { pane, take, said } = await start()
    await pane.take(eventOf(lifetimeOf('ben', 300_000)), new SharedRenderings())
    const swaps = swapsIn(take())
    expect(swaps.map(([swap]) => swap)).toEqual([
      ...['presence outerMorph', 'lifetime-choices outerMorph', 'about innerHTML'],
      ...['e-2-lifetime-1 delete', 'list beforeend'],
    ])
    expect(wordsIn(swaps[4]?.[1] ?? '')).toBe('Ben changed how long messages live: 5 minutes')
    expect(swaps[4]?.[1]).not.toContain('<article')
    expect(said(1400)).toEqual(['announcer beforeend: Ben changed how long messages live: 5 minutes'])
  })

  it('is one of many, of which the page drops the oldest as the room does', async () => {
    const shown = { ...timelineOf({ what: 'kept' }), id: 'first' }
    const { does } = await start({ timeline: [shown] })
    const choose = async (index: number) => {
      const timeline = { ...timelineOf({ what: 'erasure', erasesWhenLeft: true }), id: `${index}` }
      const version = 3 + index
      return does(eventOf({ type: 'erasure.changed', version, byId: 'ben', erasesWhenLeft: true, timeline }))
    }
    const dropped: (readonly string[])[] = []
    for (let index = 0; index < mostEvents + 1; index += 1) {
      const swaps = await choose(index)
      dropped.push(swaps.filter(swap => /^e-.*delete$/.test(swap) && swap !== `e-${index} delete`))
    }
    expect(dropped.slice(-3)).toEqual([[], ['e-first delete'], ['e-0 delete']])
  })

  it('is that somebody has chosen that the chat is not erased once both have left', async () => {
    const { pane, take } = await start()
    const timeline = timelineOf({ what: 'erasure', erasesWhenLeft: false })
    const event = { type: 'erasure.changed', version: 3, byId: 'ben', erasesWhenLeft: false, timeline } as const
    await pane.take(eventOf(event), new SharedRenderings())
    const swaps = swapsIn(take())
    expect(swaps.map(([swap]) => swap)).toEqual([
      ...['erase outerMorph', 'about innerHTML', 'e-2-erasure-1 delete', 'list beforeend'],
    ])
    expect(wordsIn(swaps[3]?.[1] ?? '')).toBe('Ben turned off “Erase when we have both left”')
  })

  it('is that the other types, which is shown and announced', async () => {
    const { does, said } = await start()
    expect(await does(typingOf('ben'))).toEqual(['typing innerHTML'])
    expect(said(2500)).toEqual(['announcer beforeend: Ben is typing'])
    expect(await does(typingOf('ben', false))).toEqual(['typing innerHTML'])
  })

  it('is that the other comes or goes', async () => {
    const { does, pane, swaps } = await start()
    const presence = { userId: 'ben', isOnline: true, lastSeen: null }
    expect(await does(eventOf({ type: 'presence.changed', presence }))).toEqual(['presence outerMorph'])
    pane.pushPresence()
    expect(swaps()).toEqual(['presence outerMorph'])
  })

  it('is a receipt that the other is not told of, which shows nowhere', async () => {
    const { does, readRoom } = await start()
    expect([await does(eventOf({ type: 'receipt.noted' })), readRoom.mock.calls]).toEqual([[], []])
  })
})

describe('an event that is not the next one', () => {
  it('is left out when the page has it already', async () => {
    const { does, pane, readRoom } = await start()
    expect([await does(sentOf(messageOf(2))), readRoom.mock.calls, pane.shown.version]).toEqual([[], [], 2])
  })

  it('makes the page read its room when one before it was lost', async () => {
    const { does, said, readRoom, inTurn } = await start()
    expect((await does(sentOf(messageOf(4))))[0]).toBe('list innerMorph')
    expect([readRoom.mock.calls.length, inTurn.mock.calls.length]).toEqual([1, 1])
    expect(said(60_000)).toEqual([])
  })

  it('is taken as it is while updates are paused, and the version stays', async () => {
    const { does, pane, readRoom } = await start()
    expect(await does(sentOf(mine(5)), true)).toEqual(['p-n5 delete', 'list beforeend'])
    expect(await does(sentOf(mine(3)), true)).toEqual(['p-n3 delete', 'list beforeend'])
    expect([pane.shown, readRoom.mock.calls]).toEqual([shownAll, []])
  })

  it('of another room is left out, and says nothing of the other’s presence', async () => {
    const { does, pane, take } = await start()
    expect(await does({ ...sentOf(messageOf(3)), roomId: 'r2' })).toEqual([])
    const presence = { userId: 'cem', isOnline: true, lastSeen: null }
    pane.note({ ...eventOf({ type: 'receipt.noted' }), roomId: 'r2', summary: summaryOf('r2', { presence }) })
    pane.pushPresence()
    expect(wordsIn(take())).toContain('Offline')
  })
})

describe('more messages than a page shows', () => {
  const changed = (count: number) =>
    eventOf({
      ...{ type: 'messages.kept', version: 3, reason: 'kept', byId: 'ben', timeline: keptEvent },
      messages: Array.from({ length: count }, (_, index) => messageOf(index + 1)),
    })

  it('are caught up with when all of them change, and 200 are not', async () => {
    const { does, inTurn, take } = await start()
    expect((await does(changed(mostWindow))).filter(swap => swap.endsWith('>article outerMorph'))).toHaveLength(200)
    take()
    const many = await start()
    expect((await many.does(changed(mostWindow + 1)))[0]).toBe('list innerMorph')
    expect([inTurn.mock.calls.length, many.inTurn.mock.calls.length]).toEqual([0, 1])
    expect(many.said(60_000)).toEqual(['announcer beforeend: Ben kept messages longer'])
  })
})

describe('a room that is gone', () => {
  const dissolved = eventOf({ type: 'room.dissolved', reason: 'ended', byId: 'ben' })
  const emptied = ['list', 'earlier', 'later', 'jump', 'replying', 'typing'].map(id => `${id} innerHTML`)

  it('is emptied, and why it is gone is said', async () => {
    const { pane, take } = await start()
    await pane.take(dissolved, new SharedRenderings())
    const swaps = swapsIn(take())
    expect(swaps.map(([swap]) => swap)).toEqual([...emptied, 'gone innerHTML'])
    expect(swaps.slice(0, -1).map(([, html]) => html)).toEqual(emptied.map(() => ''))
    expect(wordsIn(swaps.at(-1)?.[1] ?? '')).toContain('Ben ended this chat.')
    expect(pane.shown).toEqual({ epoch: null, version: 0, window: null, vanished: null })
  })

  it('loses its announcement too', async () => {
    const { does, said } = await start({ lifetime: { lifetimeMs: 300_000, from: 'sent', byId: 'ben' } })
    await does(sentOf(messageOf(3)))
    said(1400)
    await does(eventOf(lifetimeOf('ben', 900_000, 4)))
    expect(await does(dissolved)).toEqual(['announcer innerHTML', ...emptied, 'gone innerHTML'])
  })

  it('takes no further event, and shows no presence', async () => {
    const { pane, does, swaps } = await start()
    await does(dissolved)
    expect(await does(sentOf(messageOf(3)))).toEqual([])
    pane.pushPresence()
    expect(swaps()).toEqual([])
  })
})

describe('a page that is over', () => {
  it('announces nothing more', async () => {
    const { pane, does, said } = await start()
    await does(sentOf(messageOf(3)))
    pane.stop()
    expect(said(60_000)).toEqual([])
  })
})
