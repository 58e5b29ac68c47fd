import { beforeEach, describe, expect, it } from 'vitest'
import type { ServerNotice } from '#src/chat/engine.js'
import { IdleMemory } from '#src/ops/idle-memory.js'
import { FakeClock } from '../support/fake-clock.js'

const megabyte = 1_048_576
let clock: FakeClock
let cpuMs: number
let collections: number
let releases: number
let tookMs: number
let heapBytes: number
let tell: (notice: ServerNotice) => void
beforeEach(() => {
  clock = new FakeClock()
  cpuMs = 0
  collections = 0
  releases = 0
  tookMs = 0
  heapBytes = 30 * megabyte
  tell = () => {}
})

const watch = () =>
  new IdleMemory({
    clock,
    rooms: {
      onNotice(subscriber) {
        tell = subscriber
        return () => {
          tell = () => {}
        }
      },
    },
    readCpuMs: () => cpuMs,
    readHeapBytes: () => heapBytes,
    collect: () => {
      collections += 1
      cpuMs += tookMs
    },
    release: () => {
      releases += 1
      cpuMs += tookMs
    },
  })

/** Lets five seconds pass in which so much processor time is used. */
async function pass(usedMs: number): Promise<void> {
  cpuMs += usedMs
  await clock.advance(5000)
}

/** Lets a server rest, until it gives back nothing more. Says how often it gave memory back. */
async function rest(): Promise<number> {
  const before = collections
  for (let time = 0; time < 10; time += 1) await pass(50)
  return collections - before
}

describe('the memory of a server', () => {
  it('is given back a few times once it has started, and then left alone', async () => {
    watch()
    await pass(50)
    expect(collections).toBe(1)
    expect(await rest()).toBeLessThan(5)
    expect(await rest()).toBe(0)
  })

  it('is given back when a time of much work is over, as often as after the start', async () => {
    watch()
    const atStart = await rest()
    for (const usedMs of [4000, 4000]) await pass(usedMs)
    expect(collections).toBe(atStart)
    expect([await rest(), await rest()]).toEqual([atStart, 0])
  })

  it('is left alone while there is some work', async () => {
    watch()
    for (const usedMs of [4000, 500, 500]) await pass(usedMs)
    expect(collections).toBe(0)
    await pass(50)
    expect(collections).toBe(1)
  })

  it('is left alone where there was little work', async () => {
    watch()
    const atStart = await rest()
    for (const usedMs of [500, 50, 500, 50]) await pass(usedMs)
    expect(collections).toBe(atStart)
  })

  const gone: ServerNotice = { type: 'messages.removed', imageIds: [], expiresAt: 0 }

  it('is swept after messages have gone, soon and more than once, and then left alone', async () => {
    watch()
    await rest()
    const before = collections
    tell(gone)
    await pass(50)
    expect(collections - before).toBe(1)
    expect([await rest(), await rest()]).toEqual([3, 0])
  })

  it('is swept as often after messages have gone if there was a time of work between', async () => {
    watch()
    await rest()
    tell(gone)
    await pass(4000)
    expect(await rest()).toBe(4)
  })

  it('is given back to the system after each collection, in a turn of its own', async () => {
    watch()
    await clock.advance(5000)
    expect([collections, releases]).toEqual([1, 0])
    await clock.advance(1)
    expect([collections, releases]).toEqual([1, 1])
  })

  it('is left alone where a collection would keep messages waiting for their end', async () => {
    heapBytes = 200 * megabyte
    watch()
    expect(await rest()).toBe(0)
    tell(gone)
    expect(await rest()).toBe(0)
    heapBytes = 150 * megabyte
    expect(await rest()).toBe(4)
  })

  it('is left alone once a collection was too long, until the heap is so much smaller that it will not be', async () => {
    heapBytes = 120 * megabyte
    tookMs = 150
    watch()
    expect([await rest(), releases]).toEqual([1, 0])
    heapBytes = 81 * megabyte
    tookMs = 90
    for (let time = 0; time < 4; time += 1) expect(await rest()).toBe(0)
    heapBytes = 80 * megabyte
    await rest()
    expect([collections, releases]).toEqual([3, 2])
  })

  it.each<ServerNotice>([
    { type: 'image.kept', imageId: 'a', expiresAt: 0 },
    { type: 'image.sent', imageId: 'a', viewerIds: [], expiresAt: 0 },
  ])('is not swept for a picture that stays, nor while there is work: %j', async notice => {
    watch()
    await rest()
    tell(notice)
    expect(await rest()).toBe(0)
    const before = collections
    tell(gone)
    for (const usedMs of [500, 500]) await pass(usedMs)
    expect(collections).toBe(before)
  })

  it('is swept with a hundredth of a processor at most', async () => {
    watch()
    await rest()
    tookMs = 75
    const before = collections
    for (let time = 0; time < 40; time += 1) {
      tell(gone)
      await pass(50)
    }
    // In 200 seconds.
    expect(collections - before).toBeLessThanOrEqual(14)
    expect(collections - before).toBeGreaterThan(8)
  })

  it('is watched no longer once the server stops', () => {
    const memory = watch()
    expect(clock.waiting).toBe(1)
    memory.stop()
    expect(clock.waiting).toBe(0)
  })
})
