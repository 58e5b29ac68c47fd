import { expect, test } from 'vitest'
import { MemorySharedStore } from '#src/shared-store/memory-store.js'
import { FakeClock } from '../support/fake-clock.js'
import { describeSharedStore } from './suite.js'

describeSharedStore('memory', async () => {
  const clock = new FakeClock()
  return {
    store: new MemorySharedStore(clock),
    pass: ms => clock.advance(ms),
    moveWindows: ms => clock.jump(ms),
    settle: async () => {},
  }
})

test('what is over in memory is held no longer, and nothing is once the store is closed', async () => {
  const clock = new FakeClock()
  const store = new MemorySharedStore(clock)
  await store.set('a:1', 'value', 1000)
  await store.addToList('l:1', 'member', 1000, 3)
  store.count({ name: 'test', windowMs: 1000, limit: 1 }, 'ann', 0)
  expect(clock.waiting).toBe(3)
  await clock.advance(1000)
  expect(clock.waiting).toBe(1)
  await store.set('a:1', 'value', 5000)
  store.close()
  expect([clock.waiting, await store.get('a:1')]).toEqual([0, null])
})

test('a value in memory is nobody else’s bytes', async () => {
  const store = new MemorySharedStore(new FakeClock())
  const bytes = Buffer.from('before')
  await store.set('a:1', bytes, 1000)
  bytes.fill(0)
  const kept = await store.get('a:1')
  kept?.value.fill(0)
  expect((await store.get('a:1'))?.value.toString()).toBe('before')
})
