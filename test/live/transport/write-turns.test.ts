import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
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

it('what a flush gathers is flushed in the same turn, after all that was gathered before', async () => {
  const turns = new WriteTurns()
  const flushed: string[] = []
  const socket = { flush: () => void flushed.push('socket') }
  const page = {
    flush: () => {
      flushed.push('page')
      turns.gather(socket)
    },
  }
  turns.gather(page)
  turns.gather({ flush: () => void flushed.push('another') })
  await nextTurn()
  expect(flushed).toEqual(['page', 'another', 'socket'])
})

it('what is gathered with a flush that fails, or after it, is flushed all the same', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const turns = new WriteTurns()
  turns.gather({
    flush: () => {
      throw new Error('not written')
    },
  })
  const [one, two] = [vi.fn(), vi.fn()]
  turns.gather({ flush: one })
  expect(() => vi.runAllTimers()).toThrow('not written')
  turns.gather({ flush: two })
  vi.runAllTimers()
  expect([one, two].map(flush => flush.mock.calls.length)).toEqual([1, 1])
})
