import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { WriteTurns } from '#src/live/transport/write-turns.js'

it('what is gathered in one turn is flushed once at its end, in its order, and later things later', async () => {
  const turns = new WriteTurns()
  const flushed: string[] = []
  const gatheringOf = (name: string) => ({ flush: () => void flushed.push(name) })
  const [one, two] = [gatheringOf('one'), gatheringOf('two')]
  turns.gather(one)
  turns.gather(two)
  expect(flushed).toEqual([])
  await nextTurn()
  expect(flushed).toEqual(['one', 'two'])
  turns.gather(one)
  await nextTurn()
  await nextTurn()
  expect(flushed).toEqual(['one', 'two', 'one'])
})
