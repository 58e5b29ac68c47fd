import { expect, it } from 'vitest'
import { MemoryRelief } from '#src/ops/memory-relief.js'
import { FakeClock } from '../support/fake-clock.js'

const megabyte = 1_048_576

it('collects garbage once three quarters of the memory are in use, and again only when 8 MB more are', () => {
  let used = 0
  let [collections, freed] = [0, 0]
  const collect = () => {
    collections += 1
    used -= freed
  }
  const clock = new FakeClock()
  const relief = new MemoryRelief({
    clock,
    limit: 256 * megabyte,
    readUsed: () => used,
    readHeapBytes: () => 0,
    collect,
  })
  const at = (megabytes: number, ms = 50) => {
    clock.jump(ms)
    used = megabytes * megabyte
    relief.relieve()
    return collections
  }
  expect([at(191), at(192)]).toEqual([0, 1])
  expect([at(199), at(200, 49), at(200, 1)]).toEqual([1, 1, 2])
  freed = 100 * megabyte
  expect([at(207), at(208), at(191), at(192)]).toEqual([2, 3, 3, 4])
})

it('forgets how much was left in use once less is', () => {
  let used = 250 * megabyte
  let collections = 0
  const clock = new FakeClock()
  const deps = { clock, limit: 256 * megabyte, readUsed: () => used, readHeapBytes: () => 0 }
  const relief = new MemoryRelief({ ...deps, collect: () => (collections += 1) })
  for (const megabytes of [250, 100, 192]) {
    clock.jump(50)
    used = megabytes * megabyte
    relief.relieve()
  }
  expect(collections).toBe(2)
})

it('spends a quarter of the time at most, and leaves a large heap to V8', () => {
  let [used, heap, collections] = [200 * megabyte, 0, 0]
  const clock = new FakeClock()
  const deps = { clock, limit: 256 * megabyte, readUsed: () => used, readHeapBytes: () => heap }
  const collect = () => {
    collections += 1
    clock.jump(40)
  }
  const relief = new MemoryRelief({ ...deps, collect })
  const at = (ms: number) => {
    clock.jump(ms)
    used += 10 * megabyte
    relief.relieve()
    return collections
  }
  expect([at(0), at(119), at(1)]).toEqual([1, 1, 2])
  heap = 193 * megabyte
  expect(at(1000)).toBe(2)
})
