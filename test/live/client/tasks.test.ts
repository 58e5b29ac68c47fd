import { expect, it } from 'vitest'
import { Tasks } from '#src/live/client/tasks.js'

/** Tasks with a note of what they did. */
function start() {
  const notes: unknown[] = []
  const tasks = new Tasks(error => notes.push(error))
  const note = (what: string) => () => void notes.push(what)
  return { tasks, notes, note }
}

it('a task that waits for nothing is done at once', () => {
  const { tasks, notes, note } = start()
  tasks.add(note('a'))
  expect([notes, tasks.isBusy]).toEqual([['a'], false])
})

it('a task waits for those before it, and what a task adds comes after what is waiting', async () => {
  const { tasks, notes, note } = start()
  let end = () => {}
  tasks.add(
    () =>
      new Promise(resolve => {
        end = resolve
      }),
  )
  tasks.add(() => {
    notes.push('a')
    tasks.add(note('c'))
  })
  tasks.add(note('b'))
  expect([notes, tasks.isBusy]).toEqual([[], true])
  end()
  await expect.poll(() => tasks.isBusy).toBe(false)
  expect(notes).toEqual(['a', 'b', 'c'])
})

it('a task that throws or rejects is told of, and holds up no other', async () => {
  const { tasks, notes, note } = start()
  const [thrown, rejected] = [new Error('thrown'), new Error('rejected')]
  tasks.add(() => {
    throw thrown
  })
  tasks.add(() => Promise.reject(rejected))
  tasks.add(note('a'))
  await expect.poll(() => tasks.isBusy).toBe(false)
  expect(notes).toEqual([thrown, rejected, 'a'])
})

it('what is done before the tasks comes before those that it adds, whether or not it throws', () => {
  const { tasks, notes, note } = start()
  const answer = tasks.before(() => {
    tasks.add(note('b'))
    notes.push('a')
    return 'answer'
  })
  expect([answer, notes]).toEqual(['answer', ['a', 'b']])
  const fault = new Error('fault')
  expect(() =>
    tasks.before(() => {
      tasks.add(note('c'))
      throw fault
    }),
  ).toThrow(fault)
  expect([notes, tasks.isBusy]).toEqual([['a', 'b', 'c'], false])
})

it('is done at once while a task is under way', () => {
  const { tasks, notes, note } = start()
  tasks.add(() => new Promise(() => {}))
  tasks.add(note('b'))
  tasks.before(note('a'))
  expect(notes).toEqual(['a'])
})
