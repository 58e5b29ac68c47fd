import { setImmediate as nextTick } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { PageTurns } from '#src/live/html/page-turns.js'

function start(afterEach?: () => void) {
  const done: string[] = []
  const turns = new PageTurns(afterEach ?? (() => void done.push('after')), error => void done.push(String(error)))
  return { done, turns }
}

it('does one piece of work after another, and what follows each', async () => {
  const { done, turns } = start()
  let finish = () => {}
  const first = turns.run(async () => {
    done.push('first begins')
    await new Promise<void>(resolve => {
      finish = resolve
    })
    done.push('first ends')
  })
  const second = turns.run(async () => void done.push('second'))
  await nextTick()
  expect(done).toEqual(['first begins'])
  finish()
  await first
  await second
  expect(done).toEqual(['first begins', 'first ends', 'after', 'second', 'after'])
})

it('goes on after work that failed, of which it tells', async () => {
  const { done, turns } = start()
  const failing = turns.run(() => Promise.reject(new Error('a fault')))
  const next = turns.run(async () => void done.push('next'))
  await expect(failing).resolves.toBe(undefined)
  await next
  expect(done).toEqual(['Error: a fault', 'next', 'after'])
})

it('tells of a failure after the work', async () => {
  const { done, turns } = start(() => {
    throw new Error('not written')
  })
  await turns.run(async () => void done.push('work'))
  expect(done).toEqual(['work', 'Error: not written'])
})

it('does what is asked for several times within a tick once, after the tick, and again in the next', async () => {
  const { done, turns } = start()
  const work = async () => void done.push('work')
  turns.runAfterTick(work)
  turns.runAfterTick(work)
  await Promise.resolve()
  expect(done).toEqual([])
  await nextTick()
  expect(done).toEqual(['work', 'after'])
  turns.runAfterTick(work)
  await nextTick()
  expect(done).toEqual(['work', 'after', 'work', 'after'])
})
