import { expect, test } from 'vitest'
import { FairTurns, type FairTurnsOptions } from '#src/fair-turns.js'

const options = { atOnce: 2, maxWaiting: 5, maxWaitingEach: 3, retryAfterMs: 5000 }

/** Turns, with who has got one so far and the function that ends it. */
function begin(given: Partial<FairTurnsOptions> = {}) {
  const turns = new FairTurns<string>({ ...options, ...given })
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const ask = async (name: string, signal?: AbortSignal) => {
    const end = await turns.take(name.charAt(0), signal)
    begun.push(name)
    ends.set(name, end)
  }
  const end = async (name: string) => {
    ends.get(name)?.()
    await new Promise(resolve => setImmediate(resolve))
  }
  return { begun, ask, end }
}

test('an owner is at work once at a time, and others pass', async () => {
  const { begun, ask, end } = begin()
  const all = ['a1', 'a2', 'a3', 'b1', 'c1'].map(name => ask(name))
  await all[3]
  expect(begun).toEqual(['a1', 'b1'])
  await end('b1')
  expect(begun).toEqual(['a1', 'b1', 'c1'])
  await end('c1')
  expect(begun).toEqual(['a1', 'b1', 'c1'])
  await end('a1')
  expect(begun.at(-1)).toBe('a2')
})

test('of an owner so many pieces of work run at once as may, and the next as one of theirs ends', async () => {
  const { begun, ask, end } = begin({ atOnce: Number.POSITIVE_INFINITY, atOnceEach: 2 })
  const all = ['a1', 'a2', 'a3', 'b1', 'b2', 'b3'].map(name => ask(name))
  await all[4]
  expect(begun).toEqual(['a1', 'a2', 'b1', 'b2'])
  await end('b1')
  expect(begun).toEqual(['a1', 'a2', 'b1', 'b2', 'b3'])
  await end('a1')
  expect(begun.at(-1)).toBe('a3')
})

test('nobody waits for all that another has asked for', async () => {
  const { begun, ask, end } = begin()
  const all = ['a1', 'b1', 'a2', 'a3', 'b2', 'c1'].map(name => ask(name))
  await all[1]
  await end('a1')
  await end('b1')
  await end('a2')
  expect(begun).toEqual(['a1', 'b1', 'a2', 'b2', 'c1'])
})

test('too many that wait are refused, of one owner and of all', async () => {
  const { ask, end } = begin()
  const busy = { code: 'server_busy', retryAfterMs: 5000 }
  await Promise.all([ask('a1'), ask('b1')])
  const waiting = ['a2', 'a3', 'a4', 'b2', 'b3'].map(name => ask(name))
  await expect(ask('a5')).rejects.toMatchObject(busy)
  await expect(ask('c1')).rejects.toMatchObject(busy)
  await end('a1')
  await waiting[0]
  const next = ask('c1')
  await end('b1')
  await end('b2')
  await expect(next).resolves.toBeUndefined()
})

test('who goes away gives up the place in the queue', async () => {
  const { begun, ask, end } = begin()
  await Promise.all([ask('a1'), ask('b1')])
  const gone = new AbortController()
  const waiting = ask('a2', gone.signal)
  const behind = ask('a3')
  gone.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'bad_request' })
  await expect(ask('c1', gone.signal)).rejects.toMatchObject({ code: 'bad_request' })
  await end('a1')
  await behind
  expect(begun).toEqual(['a1', 'b1', 'a3'])
})

test('as many are at work at once as may be, of different owners', async () => {
  const { begun, ask, end } = begin()
  await Promise.all([ask('a1'), ask('b1')])
  const third = ask('c1')
  await end('nobody')
  expect(begun).toEqual(['a1', 'b1'])
  await end('a1')
  await third
  expect(begun).toEqual(['a1', 'b1', 'c1'])
})

test('so many may wait, of one owner and of all, and not one fewer', async () => {
  const { ask } = begin()
  await Promise.all([ask('a1'), ask('b1')])
  const refused: string[] = []
  const wait = (name: string) => ask(name).catch(() => refused.push(name))
  for (const name of ['a2', 'a3', 'a4', 'b2', 'b3']) void wait(name)
  await wait('c1')
  expect(refused).toEqual(['c1'])
})

test('one owner has no more waiting than they may, though there is room for others', async () => {
  const { ask } = begin()
  await ask('a1')
  const refused: string[] = []
  const wait = (name: string) => ask(name).catch(() => refused.push(name))
  for (const name of ['a2', 'a3', 'a4']) void wait(name)
  await wait('a5')
  expect(refused).toEqual(['a5'])
})

test('one place that is given up is another’s to wait in', async () => {
  const { ask } = begin()
  await Promise.all([ask('a1'), ask('b1')])
  const refused: string[] = []
  const wait = (name: string, signal?: AbortSignal) => ask(name, signal).catch(() => refused.push(name))
  for (const name of ['a2', 'a3', 'a4', 'b2']) void wait(name)
  const gone = new AbortController()
  const givenUp = wait('b3', gone.signal)
  gone.abort()
  await givenUp
  void wait('c1')
  await wait('d1')
  expect(refused).toEqual(['b3', 'd1'])
})

test('who goes away before it asks is refused, and takes no place', async () => {
  const { ask } = begin()
  const gone = new AbortController()
  gone.abort()
  await expect(ask('a1', gone.signal)).rejects.toMatchObject({ code: 'bad_request' })
  await expect(ask('a2')).resolves.toBeUndefined()
})

test('going away once the work has begun gives nothing up', async () => {
  const { begun, ask, end } = begin()
  await Promise.all([ask('a1'), ask('b1')])
  const gone = new AbortController()
  const waiting = ask('a2', gone.signal)
  const behind = ask('a3')
  await end('a1')
  await waiting
  gone.abort()
  await end('a2')
  await behind
  expect(begun).toEqual(['a1', 'b1', 'a2', 'a3'])
  const refused: string[] = []
  const wait = (name: string) => ask(name).catch(() => refused.push(name))
  for (const name of ['a4', 'a5', 'b2', 'b3', 'c1']) void wait(name)
  await wait('d1')
  expect(refused).toEqual(['d1'])
})

test('an owner who waits for several is asked again after the others', async () => {
  const { begun, ask, end } = begin()
  await Promise.all([ask('x1'), ask('y1')])
  const all = ['a1', 'a2', 'b1', 'b2'].map(name => ask(name))
  for (const name of ['x1', 'y1', 'a1', 'b1']) await end(name)
  await Promise.all(all)
  expect(begun).toEqual(['x1', 'y1', 'a1', 'b1', 'a2', 'b2'])
})

test('without limits everybody may wait, and owners that come once are served in their order', async () => {
  const turns = new FairTurns<object>({ atOnce: 1, retryAfterMs: 1000 })
  const begun: number[] = []
  const all = Array.from({ length: 1000 }, async (_, n) => {
    const end = await turns.take({})
    begun.push(n)
    end()
  })
  await Promise.all(all)
  expect(begun).toEqual(Array.from({ length: 1000 }, (_, n) => n))
})

test('no more are at work at once than may be, whoever comes and goes', async () => {
  const turns = new FairTurns<number>({ atOnce: 3, retryAfterMs: 1000 })
  let atWork = 0
  let most = 0
  const work = async (owner: number) => {
    const end = await turns.take(owner)
    most = Math.max(most, ++atWork)
    await new Promise(resolve => setImmediate(resolve))
    atWork--
    end()
  }
  await Promise.all(Array.from({ length: 60 }, (_, n) => work(n % 7)))
  expect([most, atWork]).toEqual([3, 0])
})
