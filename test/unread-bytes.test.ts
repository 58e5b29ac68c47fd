import { expect, it } from 'vitest'
import { UnreadBytes } from '#src/unread-bytes.js'

/** Connections of one person, each with what it holds, and which of them were cut, in order. */
function connectionsOf(unread: UnreadBytes, person: string, held: readonly number[]) {
  const cut: number[] = []
  const shares = held.map((_bytes, index) => unread.open(person, () => cut.push(index)))
  const set = (index: number, bytes: number) => shares[index]?.set(bytes)
  for (const [index, bytes] of held.entries()) set(index, bytes)
  return { cut, set, end: (index: number) => shares[index]?.end() }
}

it('what is unread in too many bytes cuts the connection furthest behind, and others until the rest fits', () => {
  const told: string[] = []
  const unread = new UnreadBytes(1000, () => told.push('cut'))
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
  const unread = new UnreadBytes(1000)
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
  const unread = new UnreadBytes(1000)
  expect(unread.hasRoomFor('ann', 5000)).toBe(true)
  const answer = unread.open('ann', null)
  answer.set(5000)
  expect(unread.hasRoomFor('ann', 1)).toBe(false)
  const { cut } = connectionsOf(unread, 'ann', [10])
  expect(cut).toEqual([0])
  answer.end()
  expect(unread.hasRoomFor('ann', 1000)).toBe(true)
})

it('cuts nobody while all that waits is just the limit, and somebody at a byte more', () => {
  const { cut, set } = connectionsOf(new UnreadBytes(1000), 'ann', [400, 600])
  expect(cut).toEqual([])
  set(0, 401)
  expect(cut).toEqual([1])
})

it('cuts the first of those that are equally far behind', () => {
  const { cut } = connectionsOf(new UnreadBytes(1000), 'ann', [400, 400, 400])
  expect(cut).toEqual([0])
})

it('cuts no connection for what an answer holds alone, and that of an answer not at all', () => {
  const unread = new UnreadBytes(1000)
  const answers = [unread.open('ann', null), unread.open('ann', null)]
  for (const answer of answers) answer.set(900)
  const { cut } = connectionsOf(unread, 'ann', [0])
  expect([cut, unread.hasRoomFor('ann', 0)]).toEqual([[], false])
})

it('forgets what one that was cut held, which says no more', () => {
  const unread = new UnreadBytes(1000)
  const { cut, set, end } = connectionsOf(unread, 'ann', [300, 800])
  expect([cut, unread.hasRoomFor('ann', 700), unread.hasRoomFor('ann', 701)]).toEqual([[1], true, false])
  set(1, 5000)
  end(1)
  expect([cut, unread.hasRoomFor('ann', 700)]).toEqual([[1], true])
})

it('tells nobody who does not ask to be told of a cut', () => {
  const { cut } = connectionsOf(new UnreadBytes(10), 'ann', [9, 8])
  expect(cut).toEqual([0])
})

it('counts anew whose connections have all ended', () => {
  const unread = new UnreadBytes(1000)
  const first = connectionsOf(unread, 'ann', [600])
  first.end(0)
  const { cut } = connectionsOf(unread, 'ann', [600, 300])
  expect([cut, unread.hasRoomFor('ann', 100), unread.hasRoomFor('ann', 101)]).toEqual([[], true, false])
})
