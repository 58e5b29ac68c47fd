import { beforeEach, describe, expect, it } from 'vitest'
import { FrameBudgets } from '#src/live/transport/frame-budgets.js'
import { FakeClock } from '../../support/fake-clock.js'

const perSecond = 100
const msPerFrame = 10
const small = 100
/** Counts as ten. */
const large = 25_600

let clock: FakeClock
let budgets: FrameBudgets
beforeEach(() => {
  clock = new FakeClock()
  budgets = new FrameBudgets(clock, perSecond)
})

const openMany = (count: number, userId = 'mallory') => Array.from({ length: count }, () => budgets.open(userId))

describe('what a person may say over all their sockets', () => {
  it('is as much as their budget at once, and then one frame after the other', () => {
    const sockets = openMany(150)
    const waits = sockets.map(socket => socket.take(small))
    expect(waits.slice(0, perSecond).every(waitMs => waitMs === 0)).toBe(true)
    expect(waits.slice(perSecond)).toEqual(Array.from({ length: 50 }, (_, index) => (index + 1) * msPerFrame))
  })

  it('is counted by length: a long frame takes the time of several', () => {
    const waits = openMany(13).map(socket => socket.take(large))
    expect(waits).toEqual([...Array(10).fill(0), 100, 200, 300])
  })

  it('comes back with time, and no more than the budget of it', async () => {
    const [socket] = openMany(1)
    for (let index = 0; index < perSecond; index += 1) socket?.take(small)
    await clock.advance(60_000)
    const waits = Array.from({ length: perSecond + 1 }, () => socket?.take(small))
    expect(waits).toEqual([...Array(perSecond).fill(0), msPerFrame])
  })

  it('lets a frame pass that is longer than the whole budget, once nothing else counts', async () => {
    const [socket] = openMany(1)
    expect(socket?.take(20 * large)).toBe(0)
    expect(socket?.take(small)).toBe(1000 + msPerFrame)
    await clock.advance(60_000)
    socket?.take(small)
    expect(socket?.take(20 * large)).toBe(msPerFrame)
  })

  it('costs a frame of up to 2,560 bytes one, and a longer one its share of the next', () => {
    const [first, second] = openMany(2)
    first?.take(100 * 2560)
    expect(second?.take(2560)).toBe(msPerFrame)
    expect(second?.take(3840)).toBe(2.5 * msPerFrame)
    // Ten milliseconds and a little.
    expect(second?.take(2561)).toBe(36)
  })

  it('waits for whole milliseconds, never less than its time', () => {
    const socket = new FrameBudgets(clock, 3).open('mallory')
    expect([1, 2, 3, 4].map(() => socket.take(small))).toEqual([0, 0, 0, 334])
  })

  it('is nobody else’s', () => {
    for (const socket of openMany(20)) socket.take(large)
    expect(budgets.open('alice').take(large)).toBe(0)
  })
})

describe('who is known', () => {
  it('is forgotten with the last socket', () => {
    const sockets = openMany(2)
    sockets[0]?.end()
    sockets[0]?.end()
    expect(budgets.size).toBe(1)
    sockets[1]?.end()
    expect(budgets.size).toBe(0)
    expect(clock.waiting).toBe(0)
  })

  it('has no new budget by opening sockets anew, and is forgotten once the old one is whole', async () => {
    for (const socket of openMany(10)) {
      socket.take(large)
      socket.end()
    }
    const [again] = openMany(1)
    expect(again?.take(large)).toBe(100)
    again?.end()
    expect(budgets.size).toBe(1)
    await clock.advance(1000)
    expect(budgets.size).toBe(0)
    expect(clock.waiting).toBe(0)
  })

  it('is not forgotten while a new socket is there, whose end counts for itself', async () => {
    const [gone] = openMany(1)
    gone?.take(large)
    gone?.end()
    const [next] = openMany(1)
    await clock.advance(100)
    expect(budgets.size).toBe(1)
    next?.end()
    expect(budgets.size).toBe(0)
  })

  it('has nothing forgotten of what was read, and only that which still waited', async () => {
    const sockets = openMany(perSecond + 2)
    const waits = sockets.map(socket => socket.take(small))
    expect(waits.slice(-2)).toEqual([msPerFrame, 2 * msPerFrame])
    await clock.advance(msPerFrame)
    // The one before the last has been read by now, the last has not.
    sockets.at(-2)?.end()
    expect(sockets[0]?.take(small)).toBe(2 * msPerFrame)
    sockets.at(-1)?.end()
    expect(sockets[1]?.take(small)).toBe(2 * msPerFrame)
  })

  it('waits for nothing that sockets left unread, however many', () => {
    for (const socket of openMany(1000)) {
      socket.take(large)
      socket.end()
    }
    expect(budgets.open('mallory').take(large)).toBe(100)
  })
})
