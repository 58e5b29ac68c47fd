// Long because every case of one behaviour stands here.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Account, newAccount } from '#src/accounts/account.js'
import type { Device } from '#src/accounts/device.js'
import type { Engine, RoomId, UserId } from '#src/chat/engine.js'
import { ChatError } from '#src/chat/errors.js'
import { MemoryEngine } from '#src/engines/memory/engine.js'
import { RedisEngine } from '#src/engines/redis/engine.js'
import { AbsenceWatch } from '#src/push/absence-watch.js'
import { MemorySharedStore } from '#src/shared-store/memory-store.js'
import { RedisSharedStore } from '#src/shared-store/redis-store.js'
import type { SharedStore } from '#src/shared-store/shared-store.js'
import { captureLog } from '../support/captured-log.js'
import { SweptClock } from '../support/engine/swept-clock.js'
import { generous } from '../support/engine/world.js'
import type { FakeClock } from '../support/fake-clock.js'
import { deviceOf } from '../support/push/devices.js'
import { RecordedPushes } from '../support/push/recorded-pushes.js'
import { linkTo } from '../support/redis-link.js'
import { startRedisServer } from '../support/redis-server.js'

const minute = 60_000
/** All that happens in these tests happens at a multiple of it. */
const stepMs = 500

/** Where rooms are and what nodes share, on one clock. */
interface Place {
  readonly engine: Engine
  readonly sharedStore: SharedStore
  readonly clock: FakeClock
}

async function onMemory(): Promise<Place> {
  const clock = new SweptClock()
  return { engine: new MemoryEngine({ ...generous, clock }), sharedStore: new MemorySharedStore(clock), clock }
}

const linkOf = linkTo(startRedisServer)
let places = 0

async function onRedis(): Promise<Place> {
  places += 1
  const clock = new SweptClock()
  const [link, secret, space] = [linkOf(), 'a secret of the tests', `w${places}-`]
  const now = () => clock.now()
  const onError = (error: unknown) => {
    throw error
  }
  const engine = await RedisEngine.start({ ...generous, link, clock, secret, space, hearsAll: true, now, onError })
  clock.sweep = () => engine.sweep()
  return { engine, sharedStore: new RedisSharedStore({ link, secret, space, now }), clock }
}

/** Nodes that watch what ann sends to ben, in a room that both have opened. Ben has a phone and a desk. */
async function start(place: Place) {
  const { engine, sharedStore, clock } = place
  onTestFinished(() => engine.stop())
  const ben = newAccount({ id: 'ben', username: 'ben', email: 'b@x.example', passwordHash: '', createdAt: 0 })
  const account: { ben: Account } = { ben: { ...ben, devices: [deviceOf('phone'), deviceOf('desk')] } }
  const open = new Set<string>()
  const pushes = new RecordedPushes()
  const { log, text } = captureLog()
  /** What the watch waits for: once none is left, it has done what it does for now. */
  const inHand = new Set<Promise<unknown>>()
  const track = <T>(answer: T | Promise<T>): Promise<T> => {
    const promise = Promise.resolve(answer)
    inHand.add(promise)
    const settle = () => void inHand.delete(promise)
    promise.then(settle, settle)
    return promise
  }
  const readReach = vi.fn((roomId: RoomId, messageId: string) => engine.readReach(roomId, messageId))
  const dropDevices = vi.fn(async (_id: UserId, _hasEnded: (device: Device) => boolean) => {})
  const node = () => {
    const watch = new AbsenceWatch({
      ...{ clock, log, pushes },
      engine: {
        readReach: (...asked) => track(readReach(...asked)),
        listRooms: (...asked) => track(engine.listRooms(...asked)),
      },
      people: { find: async id => (id === 'ben' ? account.ben : null), dropDevices },
      openSessions: { isOpen: async session => open.has(session) },
      sharedStore: {
        count: (...asked) => track(sharedStore.count(...asked)),
        get: key => track(sharedStore.get(key)),
        set: (...asked) => track(sharedStore.set(...asked)),
      },
    })
    onTestFinished(() => watch.stop())
    return watch
  }
  const watch = node()
  const settle = async () => {
    for (let turn = 0; turn < 3 || inHand.size > 0; turn += 1) {
      await Promise.allSettled(inHand)
      await nextTurn()
    }
  }
  /** Moves on, by so little at once that no time passes while Redis answers, and takes the devices that were told meanwhile. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= stepMs) {
      await clock.advance(Math.min(left, stepMs))
      await settle()
    }
    return pushes.takeDevices()
  }
  let nonces = 0
  const send = async (inRoom: RoomId, { senderId = 'ann', by = watch, lifetimeMs = 10 * minute } = {}) => {
    nonces += 1
    const draft = { nonce: `n${nonces}`, text: 'hello', image: null, mostLifetimeMs: lifetimeMs }
    const { message } = await engine.sendMessage(inRoom, senderId, draft)
    by.watch(message)
    return message
  }
  const openRoom = async (one: UserId, other: UserId) => {
    await engine.openRoom(one, other)
    return (await engine.openRoom(other, one)).id
  }
  const room = await openRoom('ann', 'ben')
  return {
    ...{ engine, clock, account, open, pushes, text, readReach, dropDevices, node, watch, pass, send, openRoom, room },
    deliver: (messageId: string) => engine.moveCursor(room, 'ben', 'delivered', messageId),
    see: (messageId: string, inRoom = room) => engine.moveCursor(inRoom, 'ben', 'seen', messageId),
  }
}

function describeWatch(name: string, makePlace: () => Promise<Place>): void {
  const begin = async () => start(await makePlace())

  describe(`who is away, over ${name}`, () => {
    it('is told on all devices after three seconds, and of that message no more', async () => {
      const { pass, send, room, pushes, clock } = await begin()
      const { expiresAt } = await send(room)
      expect(await pass(2_999)).toEqual([])
      await clock.advance(1)
      await expect.poll(() => pushes.added).toHaveLength(2)
      const { id, endpoint, p256dh, auth } = deviceOf('phone')
      expect(pushes.added[0]).toEqual({ userId: 'ben', device: { id, endpoint, p256dh, auth }, expiresAt })
      expect(pushes.takeDevices()).toEqual(['phone', 'desk'])
      for (const ms of [27_000, 33_000, minute, minute]) expect(await pass(ms)).toEqual([])
    })

    it('is told after thirty seconds what was delivered and not seen, where no page is open', async () => {
      const { pass, send, deliver, room, open } = await begin()
      open.add(deviceOf('desk').session)
      const { id } = await send(room)
      await deliver(id)
      expect(await pass(3_000)).toEqual([])
      expect(await pass(26_999)).toEqual([])
      expect(await pass(1)).toEqual(['phone'])
      expect(await pass(2 * minute)).toEqual([])
    })

    it('is told nothing where a page is open in every browser, or the message was seen', async () => {
      const { pass, send, deliver, see, room, open } = await begin()
      for (const device of ['phone', 'desk']) open.add(deviceOf(device).session)
      await deliver((await send(room)).id)
      expect(await pass(30_000)).toEqual([])
      open.clear()
      await see((await send(room)).id)
      expect(await pass(30_000)).toEqual([])
    })

    it('is told once a minute: what comes within it is told at its end, if it is not seen then', async () => {
      const { pass, send, see, room } = await begin()
      await send(room)
      expect(await pass(3_000)).toHaveLength(2)
      await pass(10_000)
      await send(room)
      await pass(10_000)
      const last = await send(room)
      expect(await pass(39_999)).toEqual([])
      expect(await pass(1)).toEqual(['phone', 'desk'])
      expect(await pass(3 * minute)).toEqual([])
      await see(last.id)
      await send(room)
      expect(await pass(3_000)).toHaveLength(2)
      const seen = await send(room)
      await pass(10_000)
      await see(seen.id)
      expect(await pass(3 * minute)).toEqual([])
    })

    it('is told once of several messages that were there already', async () => {
      const { pass, send, room, openRoom } = await begin()
      const other = await openRoom('cat', 'ben')
      await send(room)
      await send(other, { senderId: 'cat' })
      await pass(500)
      await send(room)
      expect(await pass(2_500)).toEqual(['phone', 'desk'])
      for (const ms of [500, 27_000, minute, minute]) expect(await pass(ms)).toEqual([])
    })

    it('is told at the end of the minute also of another room than the one that waited first', async () => {
      const { pass, send, see, room, openRoom } = await begin()
      const other = await openRoom('cat', 'ben')
      await send(room)
      await pass(3_000)
      const { id } = await send(room)
      await send(other, { senderId: 'cat' })
      await pass(5_000)
      await see(id)
      expect(await pass(54_999)).toEqual([])
      expect(await pass(1)).toEqual(['phone', 'desk'])
    })

    it('is told at the end of the minute of the newest in a room, though an older one was seen', async () => {
      const { pass, send, see, room } = await begin()
      await send(room)
      expect(await pass(20_000)).toHaveLength(2)
      const { id } = await send(room)
      await pass(20_000)
      await send(room)
      await pass(15_000)
      await see(id)
      expect(await pass(7_999)).toEqual([])
      expect(await pass(1)).toEqual(['phone', 'desk'])
    })

    it('is told once a minute by all nodes together', async () => {
      const { pass, send, room, node } = await begin()
      const there = node()
      await send(room)
      expect(await pass(3_000)).toHaveLength(2)
      await send(room, { by: there })
      expect(await pass(56_999)).toEqual([])
      expect(await pass(3_001)).toHaveLength(2)
    })

    it('is told for as long as the last of what they were told of lives, unless it was seen', async () => {
      const { pass, send, see, room, openRoom, pushes } = await begin()
      const add = vi.spyOn(pushes, 'add')
      const other = await openRoom('cat', 'ben')
      const long = await send(room, { lifetimeMs: 60 * minute })
      await pass(2 * minute)
      const { id } = await send(other, { senderId: 'cat', lifetimeMs: 5 * minute })
      await pass(2 * minute)
      await see(long.id)
      await see(id, other)
      const short = await send(other, { senderId: 'cat', lifetimeMs: 5 * minute })
      await pass(3_000)
      const ends = add.mock.calls.filter(([{ device }]) => device.id === 'phone').map(([{ expiresAt }]) => expiresAt)
      expect(ends).toEqual([long.expiresAt, long.expiresAt, short.expiresAt])
    })

    it('is told at the end of the minute of what is still there, though the newest was taken back', async () => {
      const { pass, send, room, engine } = await begin()
      await send(room)
      expect(await pass(3_000)).toHaveLength(2)
      await send(room)
      await pass(1_000)
      const { id } = await send(room)
      await pass(40_000)
      await engine.removeMessage(room, 'ann', id)
      expect(await pass(18_999)).toEqual([])
      expect(await pass(1)).toEqual(['phone', 'desk'])
    })

    it('is told nothing of what is held', async () => {
      const { pass, send, room, engine } = await begin()
      await engine.setPrivacy('ben', { sendsReceipts: true, sendsTyping: true, blocked: ['ann'] }, 0)
      await send(room)
      expect(await pass(minute)).toEqual([])
    })

    it('is told nothing of a room that they have never opened, until they have', async () => {
      const { pass, send, engine } = await begin()
      const { id: room } = await engine.openRoom('cat', 'ben')
      await send(room, { senderId: 'cat' })
      expect(await pass(3_000)).toEqual([])
      await engine.readRoom(room, 'ben')
      expect(await pass(27_000)).toEqual(['phone', 'desk'])
    })

    it('is told nothing of what is gone', async () => {
      const { pass, send, room, engine } = await begin()
      await send(room, { lifetimeMs: 2_000 })
      const { id } = await send(room)
      await engine.removeMessage(room, 'ann', id)
      expect(await pass(minute)).toEqual([])
    })

    it('is told what was seen by nobody, whether or not they send receipts', async () => {
      const { pass, send, see, room, engine } = await begin()
      await engine.setPrivacy('ben', { sendsReceipts: false, sendsTyping: true, blocked: [] }, 0)
      await see((await send(room)).id)
      expect(await pass(minute)).toEqual([])
      await send(room)
      expect(await pass(3_000)).toHaveLength(2)
    })
  })
}

describeWatch('memory', onMemory)
describeWatch('Redis', onRedis)

describe('the watch', () => {
  const begin = async () => start(await onMemory())

  it('tells no device that has ended, and has it removed', async () => {
    const { pass, send, room, account, clock, dropDevices } = await begin()
    const [now, endsAt] = [clock.now(), clock.now() + 3_000]
    account.ben = { ...account.ben, devices: [deviceOf('phone', { endsAt }), deviceOf('desk', { endsAt: endsAt + 1 })] }
    await send(room)
    expect(await pass(3_000)).toEqual(['desk'])
    const [[id, hasEnded] = []] = dropDevices.mock.calls
    expect([id, hasEnded?.(deviceOf('a', { endsAt })), hasEnded?.(deviceOf('a', { endsAt: now + 3_001 }))]).toEqual([
      'ben',
      true,
      false,
    ])
  })

  it('counts nothing for people without a device: the first who has one is told at once', async () => {
    const { pass, send, room, account } = await begin()
    const { devices } = account.ben
    account.ben = { ...account.ben, devices: [] }
    await send(room)
    expect(await pass(3_000)).toEqual([])
    account.ben = { ...account.ben, devices }
    await send(room)
    expect(await pass(3_000)).toEqual(['phone', 'desk'])
  })

  it('has a device removed that its push service no longer knows, and says if it cannot be', async () => {
    const { pushes, dropDevices, pass, text } = await begin()
    dropDevices.mockRejectedValueOnce(new Error('no disk'))
    pushes.tellGone('ben', 'phone')
    const [[id, hasEnded] = []] = dropDevices.mock.calls
    expect([id, hasEnded?.(deviceOf('phone')), hasEnded?.(deviceOf('desk'))]).toEqual(['ben', true, false])
    await pass(1)
    expect(text()).toContain('a device could not be removed')
  })

  it('waits for twenty rooms of a person and no more', async () => {
    const { pass, send, see, room, openRoom } = await begin()
    const rooms: RoomId[] = []
    for (let n = 0; n < 21; n += 1) rooms.push(await openRoom(`friend ${n}`, 'ben'))
    await send(room)
    expect(await pass(3_000)).toHaveLength(2)
    const sent: string[] = []
    for (const [n, each] of rooms.entries()) {
      await pass(100)
      sent.push((await send(each, { senderId: `friend ${n}` })).id)
    }
    await pass(4_000)
    for (const [n, each] of rooms.slice(0, 20).entries()) await see(sent[n] ?? '', each)
    expect(await pass(2 * minute)).toEqual([])
  })

  it('looks again after thirty seconds where it could not look after three, and says why unless that is known', async () => {
    const { pass, send, room, readReach, text } = await begin()
    readReach.mockRejectedValueOnce(new ChatError('storage_failed'))
    await send(room)
    expect(await pass(3_000)).toEqual([])
    expect(text()).toBe('')
    readReach.mockRejectedValueOnce(new Error('no engine'))
    await send(room)
    expect(await pass(3_000)).toEqual([])
    expect(text()).toContain('could not be found out')
    expect(await pass(24_000)).toEqual(['phone', 'desk'])
  })

  it('knows no word of a message', async () => {
    const { watch, engine, room, pass, readReach } = await begin()
    const draft = { nonce: 'n', text: 'a word of mine', image: null }
    const { message } = await engine.sendMessage(room, 'ann', draft)
    watch.watch(message)
    await pass(3_000)
    expect(readReach.mock.calls).toEqual([[room, message.id]])
  })

  it('tells nobody, and has no timer, once it has stopped', async () => {
    const { watch, clock, pass, send, room } = await begin()
    const before = clock.waiting
    await send(room)
    await pass(3_000)
    await send(room)
    await pass(3_000)
    watch.stop()
    // What the engine and the counter wait for.
    expect(clock.waiting).toBeLessThanOrEqual(before + 2)
    expect(await pass(10 * minute)).toEqual([])
  })

  it('waits for no minute to end that it was about to wait for as it stopped', async () => {
    const { watch, engine, clock, pass, send, room, readReach } = await begin()
    await send(room)
    expect(await pass(3_000)).toHaveLength(2)
    await send(room)
    // Two of these are the watch's own: one for each of its delays.
    const before = clock.waiting
    readReach.mockImplementationOnce((...asked) => {
      watch.stop()
      return engine.readReach(...asked)
    })
    expect(await pass(3_000)).toEqual([])
    expect(clock.waiting).toBeLessThan(before - 1)
  })
})
