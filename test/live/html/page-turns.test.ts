import { setImmediate as nextTick } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { PageTurns } from '#src/live/html/page-turns.js'
import { WriteTurns } from '#src/live/transport/write-turns.js'

function start(afterEach?: () => void) {
  const done: string[] = []
  const turns = new PageTurns(
    () => void done.push('end'),
    afterEach ?? (() => void done.push('after')),
    error => void done.push(String(error)),
    new WriteTurns(),
  )
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

it('ends a turn once, however often that is asked for, and the next turn again', async () => {
  const { done, turns } = start()
  turns.runAtEnd()
  turns.runAtEnd()
  await Promise.resolve()
  expect(done).toEqual([])
  await nextTick()
  expect(done).toEqual(['end', 'after'])
  turns.runAtEnd()
  await nextTick()
  expect(done).toEqual(['end', 'after', 'end', 'after'])
})

it('does at once what may be done now, with nothing after it, but nothing while other work is under way', async () => {
  const { done, turns } = start()
  turns.runNow(() => void done.push('now'))
  expect(done).toEqual(['now'])
  let finish = () => {}
  const work = turns.run(
    () =>
      new Promise<void>(resolve => {
        finish = resolve
      }),
  )
  turns.runNow(() => void done.push('not now'))
  turns.runAtEnd()
  await nextTick()
  expect(done).toEqual(['now'])
  finish()
  await work
  await nextTick()
  expect(done).toEqual(['now', 'after', 'end', 'after'])
})

it('tells of a failure of what is done at once', () => {
  const { done, turns } = start()
  turns.runNow(() => {
    throw new Error('a fault')
  })
  turns.runNow(() => void done.push('next'))
  expect(done).toEqual(['Error: a fault', 'next'])
})
