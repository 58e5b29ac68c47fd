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
  const relief = new MemoryRelief({ clock, limit: 256 * megabyte, readUsed: () => used, collect })
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
