import { describe, expect, onTestFinished, test } from 'vitest'
import type { CountWindow, SharedStore } from '#src/shared-store/shared-store.js'

/** A store under test, and how its time passes. */
export interface StoreHarness {
  readonly store: SharedStore
  /** Lets the time pass by which values go: for some stores it really does, so tests let little pass. */
  pass(ms: number): Promise<void>
  /** Moves the time by which windows are counted. */
  moveWindows(ms: number): void
  /** Resolves when everything published so far has been heard. */
  settle(): Promise<void>
}

const longMs = 60_000
/** Longer than a busy machine needs for a few commands. */
const shortMs = 800

/** What every shared store must do. */
export function describeSharedStore(name: string, make: () => Promise<StoreHarness>): void {
  const begin = async () => {
    const harness = await make()
    onTestFinished(() => harness.store.close())
    return harness
  }
  const read = async (store: SharedStore, key: string) => (await store.get(key))?.value.toString() ?? null

  describe(`values of the ${name} store`, () => {
    test('are what was kept last, bytes as they were, for their time alone', async () => {
      const { store, pass } = await begin()
      expect(await store.get('a:1')).toBe(null)
      expect(await store.set('a:1', 'first', longMs)).toBe(true)
      await store.set('a:1', Buffer.from([0, 255, 10, 13]), shortMs)
      const kept = await store.get('a:1')
      expect([...(kept?.value ?? [])]).toEqual([0, 255, 10, 13])
      expect(kept?.remainsMs).toBeGreaterThan(0)
      expect(kept?.remainsMs).toBeLessThanOrEqual(shortMs)
      await pass(shortMs)
      expect(await store.get('a:1')).toBe(null)
    })

    test('are kept only where there is none, or only where there is one', async () => {
      const { store, pass } = await begin()
      expect(await store.set('a:1', 'late', longMs, 'kept')).toBe(false)
      expect(await store.set('a:1', 'first', shortMs, 'new')).toBe(true)
      expect(await store.set('a:1', 'second', longMs, 'new')).toBe(false)
      expect(await read(store, 'a:1')).toBe('first')
      expect(await store.set('a:1', 'third', shortMs, 'kept')).toBe(true)
      expect(await read(store, 'a:1')).toBe('third')
      await pass(shortMs)
      expect([await store.set('a:1', 'late', longMs, 'kept'), await read(store, 'a:1')]).toEqual([false, null])
    })

    test('are taken by one of many', async () => {
      const { store } = await begin()
      await store.set('a:1', 'once', longMs)
      const taken = await Promise.all(Array.from({ length: 20 }, () => store.take('a:1')))
      const got = taken.filter(each => each !== null)
      expect(got.map(({ value }) => value.toString())).toEqual(['once'])
      expect(got[0]?.remainsMs).toBeGreaterThan(longMs / 2)
      expect(await store.get('a:1')).toBe(null)
    })

    test('are prolonged and forgotten while they are there', async () => {
      const { store, pass } = await begin()
      await store.set('a:1', 'value', shortMs)
      expect(await store.prolong('a:1', longMs)).toBe(true)
      await pass(shortMs)
      expect(await read(store, 'a:1')).toBe('value')
      expect([await store.delete('a:1'), await store.delete('a:1'), await store.prolong('a:1', longMs)]).toEqual([
        true,
        false,
        false,
      ])
      expect(await store.get('a:1')).toBe(null)
    })
  })

  describe(`lists of the ${name} store`, () => {
    test('have their newest members, in order, each once, and say which had to go', async () => {
      const { store } = await begin()
      const add = (member: string) => store.addToList('l:1', member, longMs, 3)
      expect([await add('one'), await add('two'), await add('three')]).toEqual([[], [], []])
      expect(await add('one')).toEqual([])
      expect(await store.readList('l:1')).toEqual(['two', 'three', 'one'])
      expect(await add('four')).toEqual(['two'])
      expect(await store.addToList('l:1', 'five', longMs, 1)).toEqual(['three', 'one', 'four'])
      expect(await store.readList('l:1')).toEqual(['five'])
    })

    test('give a member to one of many who take it out', async () => {
      const { store } = await begin()
      for (const member of ['one', 'two']) await store.addToList('l:1', member, longMs, 3)
      const taken = await Promise.all(Array.from({ length: 10 }, () => store.removeFromList('l:1', 'one')))
      expect(taken.filter(Boolean)).toHaveLength(1)
      expect(await store.readList('l:1')).toEqual(['two'])
    })

    test('go as a whole: by their time since the last member, or when they are forgotten', async () => {
      const { store, pass } = await begin()
      await store.addToList('l:1', 'one', shortMs, 3)
      await store.addToList('l:1', 'two', longMs, 3)
      for (const key of ['l:2', 'l:3']) await store.addToList(key, 'three', shortMs, 3)
      expect(await store.prolong('l:3', longMs)).toBe(true)
      await pass(shortMs)
      expect(await Promise.all(['l:1', 'l:2', 'l:3'].map(key => store.readList(key)))).toEqual([
        ['one', 'two'],
        [],
        ['three'],
      ])
      expect([await store.delete('l:1'), await store.delete('l:1'), await store.readList('l:1')]).toEqual([
        true,
        false,
        [],
      ])
    })
  })

  describe(`counters of the ${name} store`, () => {
    const window: CountWindow = { name: 'test', windowMs: 1000, limit: 2 }

    test('count what passes in a window, which begins with the first hit', async () => {
      const { store, moveWindows } = await begin()
      expect(await store.count(window, 'ann', 0)).toEqual({ isCounted: true, count: 1, waitMs: 0, resetAfterMs: 1000 })
      moveWindows(300)
      expect(await store.count(window, 'ann', 0)).toEqual({ isCounted: true, count: 2, waitMs: 0, resetAfterMs: 700 })
      expect(await store.count(window, 'ann', 0)).toEqual({
        isCounted: false,
        count: 2,
        waitMs: 700,
        resetAfterMs: 700,
      })
      expect(await store.count(window, 'ben', 0)).toMatchObject({ isCounted: true, count: 1 })
      expect(await store.count({ ...window, name: 'other' }, 'ann', 0)).toMatchObject({ isCounted: true, count: 1 })
      moveWindows(700)
      expect(await store.count(window, 'ann', 0)).toEqual({ isCounted: true, count: 1, waitMs: 0, resetAfterMs: 1000 })
    })

    test('let hits wait for later windows, which they fill', async () => {
      const { store, moveWindows } = await begin()
      const waits = []
      for (let hits = 0; hits < 6; hits += 1) waits.push((await store.count(window, 'ann', 1500)).waitMs)
      expect(waits).toEqual([0, 0, 1000, 1000, 2000, 2000])
      moveWindows(1000)
      expect(await store.count(window, 'ann', 0)).toMatchObject({ isCounted: false, count: 2, waitMs: 1000 })
      expect(await store.count(window, 'ann', 1500)).toMatchObject({ isCounted: true, count: 3, waitMs: 1000 })
      moveWindows(2500)
      expect(await store.count(window, 'ann', 0)).toMatchObject({ isCounted: true, count: 1, resetAfterMs: 1000 })
    })

    test('take hits back, owe nothing for what they never counted, and forget', async () => {
      const { store } = await begin()
      await store.uncount(window, 'ann')
      for (const count of [1, 2]) expect(await store.count(window, 'ann', 0)).toMatchObject({ count })
      await store.uncount(window, 'ann')
      expect(await store.count(window, 'ann', 0)).toMatchObject({ isCounted: true, count: 2 })
      await store.resetCount(window, 'ann')
      expect(await store.count(window, 'ann', 0)).toMatchObject({ isCounted: true, count: 1 })
    })

    test('count each of many hits at once', async () => {
      const { store } = await begin()
      const all = await Promise.all(
        Array.from({ length: 8 }, async () => store.count({ ...window, limit: 5 }, 'ann', 0)),
      )
      expect(all.map(({ isCounted }) => isCounted)).toEqual([true, true, true, true, true, false, false, false])
    })
  })

  describe(`channels of the ${name} store`, () => {
    test('tell all who listen, in order, until they listen no longer', async () => {
      const { store, settle } = await begin()
      const heard: string[] = []
      const endFirst = await store.subscribe('one', message => heard.push(`first ${message}`))
      await store.subscribe('one', message => heard.push(`second ${message}`))
      await store.subscribe('two', message => heard.push(`other ${message}`))
      await store.publish('one', 'a')
      await store.publish('one', 'b')
      await store.publish('two', 'ü')
      await settle()
      expect(heard.splice(0).sort()).toEqual(['first a', 'first b', 'other ü', 'second a', 'second b'])
      endFirst()
      await store.publish('one', 'c')
      await store.publish('three', 'd')
      await settle()
      expect(heard).toEqual(['second c'])
    })
  })
}
