import { beforeEach, expect, it } from 'vitest'
import { type Discreet, DiscreetEngine } from '#src/chat/discreet-engine.js'
import type { EngineEvent, Presence, RoomId, UserId } from '#src/chat/engine.js'
import { createMemoryEngine } from '#src/engines/memory/engine.js'
import { generous } from '../engine/world.js'
import { FakeClock } from '../fake-clock.js'

const lingerMs = 10_000
const day = 86_400_000

let clock: FakeClock
let engine: DiscreetEngine
let events: EngineEvent[]
let blocks: Set<string>
beforeEach(() => {
  clock = new FakeClock()
  blocks = new Set()
  const discreet: Discreet = {
    hasBlocked: (userId, otherId) => blocks.has(`${userId} ${otherId}`),
    sendsReceipts: () => true,
    sendsTyping: () => true,
  }
  engine = new DiscreetEngine(
    createMemoryEngine({ ...generous, clock, roomGraceMs: 30 * day }),
    discreet,
    clock,
    error => {
      throw error
    },
  )
  events = []
  engine.subscribe(event => events.push(event))
})

const block = (userId: UserId, otherId: UserId) => {
  blocks.add(`${userId} ${otherId}`)
  return engine.hide(userId, otherId, lingerMs)
}
const unblock = (userId: UserId, otherId: UserId) => {
  blocks.delete(`${userId} ${otherId}`)
  return engine.reveal(userId, otherId)
}
const come = (userId: UserId) => engine.holdLease(userId, 'page', day)
const leave = (userId: UserId) => engine.dropLease(userId, 'page', lingerMs)
const open = async (userId: UserId, otherId: UserId): Promise<RoomId> => (await engine.openRoom(userId, otherId)).id
const seenBy = async (viewerId: UserId, userId: UserId) => (await engine.readPresence(viewerId, [userId])).get(userId)
const toldTo = (viewerId: UserId): Presence[] =>
  events.flatMap(event =>
    event.type === 'presence.changed' && event.audience.includes(viewerId) ? [event.presence] : [],
  )

/** What a person sees of another, and is told of them, from the moment that something is done. */
async function watch(viewerId: UserId, userId: UserId, act: () => Promise<void>) {
  events.length = 0
  const start = clock.now()
  await act()
  const seen: unknown[] = []
  for (const ms of [0, lingerMs - 1, 1, 60_000]) {
    await clock.advance(ms)
    const { isOnline, lastSeen } = (await seenBy(viewerId, userId)) ?? {}
    const told = toldTo(viewerId).map(each => [each.isOnline, each.lastSeen && each.lastSeen - start])
    seen.push({ isOnline, since: lastSeen && lastSeen - start, told })
  }
  return seen
}

it('shows the blocked who blocked them as it shows anybody who closes their pages, and nothing after that', async () => {
  await open('ann', 'rude')
  await open('leaver', 'rude')
  await Promise.all([come('ann'), come('leaver')])
  const left = await watch('rude', 'leaver', () => leave('leaver'))
  expect(await watch('rude', 'ann', () => block('ann', 'rude'))).toEqual(left)
  events.length = 0
  await leave('ann')
  await clock.advance(lingerMs)
  await come('ann')
  expect([toldTo('rude'), (await seenBy('rude', 'ann'))?.isOnline]).toEqual([[], false])
})

it('leaves who was away when they blocked as they were seen last', async () => {
  await open('ann', 'rude')
  await come('ann')
  await leave('ann')
  await clock.advance(60_000)
  const before = await seenBy('rude', 'ann')
  expect(before?.lastSeen).toBe(clock.now() - 60_000)
  await block('ann', 'rude')
  await come('ann')
  expect([await seenBy('rude', 'ann'), toldTo('rude').at(-1)]).toEqual([before, before])
})

it('shows who has blocked since before the start like anybody who was not seen yet', async () => {
  blocks.add('ann rude')
  await open('rude', 'ann')
  await open('rude', 'stranger')
  await come('ann')
  const unseen = { isOnline: false, lastSeen: null }
  expect(await seenBy('rude', 'stranger')).toEqual({ userId: 'stranger', ...unseen })
  expect(await seenBy('rude', 'ann')).toEqual({ userId: 'ann', ...unseen })
})

it('shows people as they are again once a block is taken back', async () => {
  await open('ann', 'rude')
  await come('ann')
  await block('ann', 'rude')
  await clock.advance(lingerMs)
  events.length = 0
  await unblock('ann', 'rude')
  expect(toldTo('rude')).toEqual([{ userId: 'ann', isOnline: true, lastSeen: null }])
  await leave('ann')
  await clock.advance(lingerMs)
  expect(await seenBy('rude', 'ann')).toEqual(toldTo('rude').at(-1))
})

it('says nothing twice when a block is taken back before it showed', async () => {
  await open('ann', 'rude')
  await come('ann')
  events.length = 0
  await block('ann', 'rude')
  await unblock('ann', 'rude')
  await clock.advance(lingerMs)
  expect(toldTo('rude')).toEqual([])
})

it('shows who blocked nothing of the blocked', async () => {
  await open('ann', 'rude')
  await block('ann', 'rude')
  await come('rude')
  expect([await seenBy('ann', 'rude'), toldTo('ann')]).toEqual([undefined, []])
})

it('forgets what was seen last of who is no more', async () => {
  await open('ann', 'rude')
  await come('ann')
  await block('ann', 'rude')
  await engine.forgetPerson('ann')
  expect(clock.waiting).toBe(1)
  await open('rude', 'ann')
  expect(await seenBy('rude', 'ann')).toMatchObject({ isOnline: false, lastSeen: null })
})

const endingsHeardBy = (userId: UserId) =>
  events.filter(event => event.type === 'room.dissolved' && (event.onlyFor ?? userId) === userId)

it('tells who blocked that a room ends which a page of theirs may show', async () => {
  const room = await open('ann', 'rude')
  await block('ann', 'rude')
  await engine.endRoom(room, 'rude')
  expect(endingsHeardBy('ann')).toHaveLength(1)
})

it.each(['in this run of the server', 'before it'])(
  'tells nobody who blocked %s of a room that the blocked opens and ends',
  async when => {
    if (when === 'before it') blocks.add('ann rude')
    else await block('ann', 'rude')
    for (const times of [1, 2]) {
      await engine.endRoom(await open('rude', 'ann'), 'rude')
      expect([endingsHeardBy('ann').length, endingsHeardBy('rude').length]).toEqual([0, times])
    }
  },
)

it('tells of a room as usual that was opened in a block which was taken back', async () => {
  await block('ann', 'rude')
  const room = await open('rude', 'ann')
  await unblock('ann', 'rude')
  await engine.endRoom(room, 'rude')
  expect(endingsHeardBy('ann')).toHaveLength(1)
})
