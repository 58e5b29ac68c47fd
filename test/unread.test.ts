import { expect, it } from 'vitest'
import { Unread } from '#src/unread.js'

/** Connections of one person, each with what it holds, and which of them were cut, in order. */
function connectionsOf(unread: Unread, person: string, held: readonly number[]) {
  const cut: number[] = []
  const shares = held.map((_bytes, index) => unread.open(person, () => cut.push(index)))
  const set = (index: number, bytes: number) => shares[index]?.set(bytes)
  for (const [index, bytes] of held.entries()) set(index, bytes)
  return { cut, set, end: (index: number) => shares[index]?.end() }
}

it('what is unread in too many bytes cuts the connection furthest behind, and others until the rest fits', () => {
  const told: string[] = []
  const unread = new Unread(1000, () => told.push('cut'))
  const { cut, set } = connectionsOf(unread, 'ann', [100, 400, 300])
  expect(cut).toEqual([])
  set(0, 301)
  expect(cut).toEqual([1])
  set(0, 900)
  expect(cut).toEqual([1, 0])
  expect(told).toEqual(['cut', 'cut'])
  set(2, 1000)
  expect(unread.hasRoomFor('ann', 1)).toBe(false)
})

it('counts each person alone, and nothing of a connection that has ended', () => {
  const unread = new Unread(1000)
  const ann = connectionsOf(unread, 'ann', [400, 500])
  const ben = connectionsOf(unread, 'ben', [400, 500])
  ann.end(1)
  ann.end(1)
  ann.set(1, 900)
  ann.set(0, 900)
  expect([ann.cut, ben.cut]).toEqual([[], []])
  expect([unread.hasRoomFor('ann', 100), unread.hasRoomFor('ann', 101)]).toEqual([true, false])
})

it('has room for an answer within the limit, and for one of any size where nothing else waits', () => {
  const unread = new Unread(1000)
  expect(unread.hasRoomFor('ann', 5000)).toBe(true)
  const answer = unread.open('ann', null)
  answer.set(5000)
  expect(unread.hasRoomFor('ann', 1)).toBe(false)
  const { cut } = connectionsOf(unread, 'ann', [10])
  expect(cut).toEqual([0])
  answer.end()
  expect(unread.hasRoomFor('ann', 1000)).toBe(true)
})
