// Long because every case of one behaviour stands here.
import { describe, expect, it } from 'vitest'
import type { LifeStart, Lifetime, Message } from '#src/chat/engine.js'
import {
  keptLonger,
  lifetimeChoices,
  longestLifeMs,
  mayChoose,
  mostKeeps,
  restOf,
  seenAt,
  unseenLifeMs,
  waitingNoMore,
  warningOf,
  warnsAt,
} from '#src/chat/lifetimes.js'
import type { ClaimImage } from '#src/chat/rooms.js'
import { MemoryEngine } from '#src/engines/memory/engine.js'
import { roomsOn } from '../support/engine/rooms-on.js'
import { codeOf, generous } from '../support/engine/world.js'
import { FakeClock } from '../support/fake-clock.js'

const minute = 60_000
const hour = 60 * minute
/** A life that is counted from sending. */
const sent = (lifetimeMs: number): Lifetime => ({ lifetimeMs, from: 'sent' })
const bounds = { messageTtlMs: hour, messageTtlMaxMs: 24 * hour }

async function start({ imageTtlMs = hour, countReaching = () => 0 } = {}) {
  const clock = new FakeClock()
  const engine = new MemoryEngine({ ...generous, messageTtlMs: bounds.messageTtlMs, clock })
  const claimImage: ClaimImage = async id => {
    const image = { id, width: 1, height: 1, alt: '' }
    return { image, lifetimeMs: imageTtlMs, settle: () => {} }
  }
  const rooms = roomsOn(engine, { countReaching, claimImage }, { ...bounds, messageMaxLength: 100 })
  const { id } = await rooms.open('ann', 'bob')
  let sent = 0
  const send = async (imageId?: string) => {
    sent += 1
    const { message } = await rooms.send(id, 'ann', { content: 'hello', nonce: `n-${sent}`, imageId })
    return message.expiresAt - message.sentAt
  }
  const choose = (userId: string, lifetimeMs: number, from: LifeStart = 'sent') =>
    rooms.setLifetime(id, userId, { lifetimeMs, from })
  return { rooms, engine, id, send, choose }
}

describe('how long messages live in a chat', () => {
  it('is the server’s own until one chooses, and counts for what is sent after that', async () => {
    const { rooms, id, send, choose } = await start()
    expect(await send()).toBe(hour)
    await choose('bob', 4 * hour)
    expect(await send()).toBe(4 * hour)
    const { messages } = await rooms.reads.readRoom(id, 'ann')
    expect(messages.map(({ expiresAt, sentAt }) => expiresAt - sentAt)).toEqual([hour, 4 * hour])
    await choose('ann', hour)
    expect(await send()).toBe(hour)
  })

  it('is between five minutes and the longest, or the server’s own', async () => {
    const { choose } = await start()
    for (const lifetimeMs of [5 * minute - 1, 24 * hour + 1, 0, -hour, 400_000.5, Number.NaN]) {
      expect(await codeOf(choose('ann', lifetimeMs))).toBe('invalid')
    }
    for (const lifetimeMs of [5 * minute, 24 * hour]) await choose('ann', lifetimeMs)
    expect(mayChoose(sent(3000), { messageTtlMs: 3000, messageTtlMaxMs: hour })).toBe(true)
    expect(await codeOf(choose('cat', hour))).toBe('not_found')
  })

  it('is told of only when it changes', async () => {
    const { engine, choose } = await start()
    const told: string[] = []
    engine.subscribe(publication => told.push(...publication.told.map(({ event }) => event.type)))
    for (const lifetimeMs of [hour, 4 * hour, 4 * hour]) await choose('ann', lifetimeMs)
    expect(told).toEqual(['lifetime.changed'])
  })

  it('is that of pictures too, unless the server lets them live shorter', async () => {
    for (const [imageTtlMs, lived] of [
      [hour, 4 * hour],
      [10 * minute, 10 * minute],
    ] as const) {
      const { send, choose } = await start({ imageTtlMs })
      await choose('ann', 4 * hour)
      expect(await send('picture')).toBe(lived)
      await choose('ann', 5 * minute)
      expect(await send('another')).toBe(5 * minute)
    }
  })

  it('is offered as a wide choice within what the server allows', () => {
    const offered = (...given: Parameters<typeof lifetimeChoices>) =>
      lifetimeChoices(...given).map(({ lifetimeMs, from }) => `${lifetimeMs / minute} ${from}`)
    const fromSeen = ['1 seen', '5 seen', '60 seen']
    expect(offered(bounds, sent(hour))).toEqual([
      ...['5 sent', '15 sent', '60 sent', '240 sent', '720 sent', '1440 sent', ...fromSeen],
    ])
    expect(offered({ messageTtlMs: 3000, messageTtlMaxMs: 15 * minute }, sent(3000))).toEqual([
      ...['0.05 sent', '5 sent', '15 sent', '1 seen', '5 seen'],
    ])
    expect(offered({ messageTtlMs: minute, messageTtlMaxMs: minute }, sent(minute))).toEqual(['1 sent', '1 seen'])
    const wide = { messageTtlMs: hour, messageTtlMaxMs: 48 * hour }
    expect(offered(wide, { lifetimeMs: minute, from: 'sent' })).toEqual([
      ...['1 sent', '5 sent', '15 sent', '60 sent', '240 sent', '720 sent', '1440 sent', '2880 sent', ...fromSeen],
    ])
  })
})

describe('a warning of a message’s end', () => {
  it.each([
    ['a minute before it, of a long life', hour, 60_000],
    ['a minute before it, of a life of two minutes', 120_000, 60_000],
    ['at the half of a life of under two minutes', 119_998, 59_999],
    ['at the half of a life of 40 seconds', 40_000, 20_000],
    ['never, of a life of under 40 seconds', 39_999, null],
  ])('comes %s', (_title, lifetimeMs, warningMs) => {
    expect(warningOf(lifetimeMs)).toBe(warningMs)
  })

  it.each([
    ['comes before the end as it is now', 0, 10 * hour - minute],
    ['comes for the tenth keeping', 9, 10 * hour - minute],
    ['comes no more once it was kept ten times', 10, null],
  ])('%s', (_title, keptTimes, at) => {
    expect(warnsAt({ expiresAt: 10 * hour, lifetimeMs: hour, keptTimes, hasBegun: true })).toBe(at)
  })

  it('never comes for a message that waits to be seen', () => {
    expect(warnsAt({ expiresAt: 10 * hour, lifetimeMs: hour, keptTimes: 0, hasBegun: false })).toBeNull()
  })

  it('rests for half of the life that it was of, and ten minutes at most', () => {
    expect([minute, 20 * minute, hour].map(restOf)).toEqual([minute / 2, 10 * minute, 10 * minute])
  })

  it('never comes for a life that is too short, however seldom it was kept', () => {
    expect(warnsAt({ expiresAt: hour, lifetimeMs: 30_000, keptTimes: 0, hasBegun: true })).toBeNull()
  })
})

describe('a message that is kept longer', () => {
  const message: Message = {
    id: 'id',
    roomId: 'room',
    seq: 3,
    senderId: 'ann',
    nonce: 'n',
    text: 'hello',
    image: null,
    replyTo: null,
    sentAt: 1000,
    expiresAt: 1000 + 5 * hour,
    lifetimeMs: hour,
    keptTimes: 4,
    livesFrom: 'sent',
    hasBegun: true,
  }

  it('lives for its lifetime once more, and stays the same otherwise', () => {
    expect(keptLonger(message)).toEqual({ ...message, expiresAt: 1000 + 6 * hour, keptTimes: 5 })
  })

  it('lives from the moment on at which it was seen, where it waited for that', () => {
    const waiting: Message = { ...message, livesFrom: 'seen', hasBegun: false }
    expect(seenAt(waiting, 9000)).toEqual({ ...waiting, expiresAt: 9000 + hour, hasBegun: true })
  })

  it('lives from the moment on at which it need not wait to be seen any more, and no longer than it would have waited', () => {
    const waiting: Message = { ...message, expiresAt: 9000 + 2 * hour, livesFrom: 'seen', hasBegun: false }
    const begun = { ...waiting, livesFrom: 'sent', hasBegun: true }
    expect(waitingNoMore(waiting, 9000)).toEqual({ ...begun, expiresAt: 9000 + hour })
    expect(waitingNoMore(waiting, 9000 + 1.5 * hour)).toEqual(begun)
  })

  it('may be kept ten times', () => {
    expect(mostKeeps).toBe(10)
  })
})

describe('a lifetime', () => {
  it.each([
    ['five minutes', 5 * minute, true],
    ['a millisecond less', 5 * minute - 1, false],
    ['the longest', 24 * hour, true],
    ['a millisecond more', 24 * hour + 1, false],
    ['half a millisecond beside it', 5 * minute + 0.5, false],
  ])('may be chosen or not: %s', (_title, lifetimeMs, may) => {
    expect(mayChoose(sent(lifetimeMs), bounds)).toBe(may)
  })

  it('may be the server’s own though it is longer than the longest', () => {
    expect(mayChoose(sent(48 * hour), { messageTtlMs: 48 * hour, messageTtlMaxMs: hour })).toBe(true)
  })

  it.each([
    ['a minute', minute, true],
    ['five minutes', 5 * minute, true],
    ['an hour', hour, true],
    ['anything between', 2 * minute, false],
    ['the server’s own, which is none of these', 2 * hour, false],
  ])('from being seen may be chosen or not: %s', (_title, lifetimeMs, may) => {
    expect(mayChoose({ lifetimeMs, from: 'seen' }, { ...bounds, messageTtlMs: 2 * hour })).toBe(may)
  })

  it('from being seen may not be longer than the longest', () => {
    expect(mayChoose({ lifetimeMs: hour, from: 'seen' }, { messageTtlMs: minute, messageTtlMaxMs: hour - 1 })).toBe(
      false,
    )
  })

  it('of a message that nobody sees is a day, or the server’s own if that is longer', () => {
    expect([hour, 24 * hour, 48 * hour].map(messageTtlMs => unseenLifeMs({ messageTtlMs }) / hour)).toEqual([
      24, 24, 48,
    ])
  })

  it('is at most a day, the longest or the server’s own, whichever is longest', () => {
    const longest = (messageTtlMs: number, messageTtlMaxMs: number) =>
      longestLifeMs({ messageTtlMs: messageTtlMs * hour, messageTtlMaxMs: messageTtlMaxMs * hour }) / hour
    expect([longest(1, 1), longest(30, 1), longest(1, 40)]).toEqual([24, 30, 40])
  })
})
