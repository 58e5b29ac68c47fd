import { beforeEach, describe, expect, it } from 'vitest'
import type { ServerNotice } from '#src/chat/engine.js'
import { IdleMemory } from '#src/ops/idle-memory.js'
import { FakeClock } from '../support/fake-clock.js'

let clock: FakeClock
let cpuMs: number
let collections: number
let tookMs: number
let tell: (notice: ServerNotice) => void
beforeEach(() => {
  clock = new FakeClock()
  cpuMs = 0
  collections = 0
  tookMs = 0
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
    collect: () => {
      collections += 1
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

  it('is not swept for a picture that is kept, nor while there is work', async () => {
    watch()
    await rest()
    tell({ type: 'image.kept', imageId: 'a', expiresAt: 0 })
    expect(await rest()).toBe(0)
    const before = collections
    tell(gone)
    for (const usedMs of [500, 500]) await pass(usedMs)
    expect(collections).toBe(before)
  })

  it('is swept with a hundredth of a processor at most', async () => {
    watch()
    await rest()
    tookMs = 150
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
