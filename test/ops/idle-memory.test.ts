import { beforeEach, describe, expect, it } from 'vitest'
import { IdleMemory } from '#src/ops/idle-memory.js'
import { FakeClock } from '../support/fake-clock.js'

let clock: FakeClock
let cpuMs: number
let collections: number
beforeEach(() => {
  clock = new FakeClock()
  cpuMs = 0
  collections = 0
})

const watch = () =>
  new IdleMemory({
    clock,
    readCpuMs: () => cpuMs,
    collect: () => {
      collections += 1
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

  it('is watched no longer once the server stops', () => {
    const memory = watch()
    expect(clock.waiting).toBe(1)
    memory.stop()
    expect(clock.waiting).toBe(0)
  })
})
