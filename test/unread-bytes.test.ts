import { expect, it } from 'vitest'
import { UnreadBytes } from '#src/unread-bytes.js'

const plenty = Number.POSITIVE_INFINITY

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
  const unread = new UnreadBytes({ each: 1000, all: plenty }, () => told.push('cut'))
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
  const unread = new UnreadBytes({ each: 1000, all: plenty })
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
  const unread = new UnreadBytes({ each: 1000, all: plenty })
  expect(unread.hasRoomFor('ann', 5000)).toBe(true)
  const answer = unread.openAnswer('ann', () => {})
  answer.set(5000)
  expect(unread.hasRoomFor('ann', 1)).toBe(false)
  const { cut } = connectionsOf(unread, 'ann', [10])
  expect(cut).toEqual([0])
  answer.end()
  expect(unread.hasRoomFor('ann', 1000)).toBe(true)
})

it('cuts nobody while all that waits is just the limit, and somebody at a byte more', () => {
  const { cut, set } = connectionsOf(new UnreadBytes({ each: 1000, all: plenty }), 'ann', [400, 600])
  expect(cut).toEqual([])
  set(0, 401)
  expect(cut).toEqual([1])
})

it('cuts the newest of those that are equally far behind, so that the others come to their end', () => {
  const { cut } = connectionsOf(new UnreadBytes({ each: 1000, all: plenty }), 'ann', [400, 400, 400])
  expect(cut).toEqual([2])
})

it('cuts no connection for what an answer holds alone, and that of an answer not at all', () => {
  const unread = new UnreadBytes({ each: 1000, all: plenty })
  const answers = [unread.openAnswer('ann', () => {}), unread.openAnswer('ann', () => {})]
  for (const answer of answers) answer.set(900)
  const { cut } = connectionsOf(unread, 'ann', [0])
  expect([cut, unread.hasRoomFor('ann', 0)]).toEqual([[], false])
})

it('forgets what one that was cut held, which says no more', () => {
  const unread = new UnreadBytes({ each: 1000, all: plenty })
  const { cut, set, end } = connectionsOf(unread, 'ann', [300, 800])
  expect([cut, unread.hasRoomFor('ann', 700), unread.hasRoomFor('ann', 701)]).toEqual([[1], true, false])
  set(1, 5000)
  end(1)
  expect([cut, unread.hasRoomFor('ann', 700)]).toEqual([[1], true])
})

it('tells nobody who does not ask to be told of a cut', () => {
  const { cut } = connectionsOf(new UnreadBytes({ each: 10, all: plenty }), 'ann', [9, 8])
  expect(cut).toEqual([0])
})

it('counts anew whose connections have all ended', () => {
  const unread = new UnreadBytes({ each: 1000, all: plenty })
  const first = connectionsOf(unread, 'ann', [600])
  first.end(0)
  const { cut } = connectionsOf(unread, 'ann', [600, 300])
  expect([cut, unread.hasRoomFor('ann', 100), unread.hasRoomFor('ann', 101)]).toEqual([[], true, false])
})

it('cuts what is furthest behind of whoever holds most, connection or answer, where all together hold too much', () => {
  const unread = new UnreadBytes({ each: 1000, all: 1500 })
  const cut: string[] = []
  const hold = (name: string, bytes: number) => {
    const share = unread.openAnswer(name.charAt(0), () => cut.push(name))
    share.set(bytes)
    return share
  }
  hold('a1', 300)
  hold('a2', 400)
  const ben = connectionsOf(unread, 'ben', [600, 200])
  expect([cut, ben.cut, unread.bytes]).toEqual([[], [], 1500])
  hold('c1', 1)
  expect([cut, ben.cut, unread.bytes]).toEqual([[], [0], 901])
  ben.set(1, 600)
  hold('c2', 200)
  expect([cut, ben.cut, unread.bytes]).toEqual([['a2'], [0], 1101])
})

it('cuts nobody of whom alone there is anything, however much it is', () => {
  const unread = new UnreadBytes({ each: 1000, all: 1500 })
  const cut: number[] = []
  unread.openAnswer('ann', () => cut.push(1)).set(5000)
  expect([cut, unread.hasRoomInAll(1)]).toEqual([[], false])
})

it('makes room at the cost of those alone who would still hold more', () => {
  const unread = new UnreadBytes({ each: 1000, all: 1500 })
  const cut: string[] = []
  for (const name of ['ann', 'ben']) unread.openAnswer(name, () => cut.push(name)).set(700)
  expect([unread.hasRoomInAll(100), unread.makeRoom('cat', 100)]).toEqual([true, true])
  expect([unread.hasRoomInAll(101), unread.makeRoom('cat', 700), cut]).toEqual([false, false, []])
  expect([unread.makeRoom('ann', 101), cut]).toEqual([false, []])
  expect([unread.makeRoom('cat', 699), cut]).toEqual([true, ['ann']])
})

it('tells who asks each time that less of a person is unread, until they ask no more', () => {
  const unread = new UnreadBytes({ each: 1000, all: plenty })
  const [share, ofBen] = ['ann', 'ben'].map(person => unread.openAnswer(person, () => {}))
  for (const each of [share, ofBen]) each?.set(500)
  const told: string[] = []
  const endFirst = unread.onLess('ann', () => told.push('first'))
  unread.onLess('ann', () => told.push('second'))
  share?.set(600)
  ofBen?.set(1)
  expect(told).toEqual([])
  share?.set(599)
  endFirst()
  share?.end()
  expect(told).toEqual(['first', 'second', 'second'])
})

it('counts what is around an answer for all together, and not for its person', () => {
  const unread = new UnreadBytes({ each: 1000, all: 1500 })
  const cut: string[] = []
  const ask = (name: string) => unread.openAnswer(name.charAt(0), () => cut.push(name), 500)
  const answers = ['a1', 'a2', 'b1'].map(ask)
  expect([unread.hasRoomFor('a', 5000), unread.hasRoomInAll(1), unread.bytes, cut]).toEqual([true, true, 1500, []])
  ask('c1')
  expect([unread.bytes, cut]).toEqual([1500, ['a2']])
  answers[2]?.set(1)
  expect([unread.bytes, cut]).toEqual([1000, ['a2', 'b1']])
  expect([unread.hasRoomInAll(500), unread.hasRoomInAll(501)]).toEqual([true, true])
})

it('lets an item be larger than a limit also where a part of it was counted', () => {
  const unread = new UnreadBytes({ each: 1000, all: 1500 })
  unread.openAnswer('ann', () => {}).set(2000)
  expect([unread.hasRoomFor('ann', 3000, 2000), unread.makeRoom('ann', 3000, 2000)]).toEqual([true, true])
  expect([unread.hasRoomFor('ann', 3000, 1999), unread.makeRoom('ann', 3000, 1999)]).toEqual([false, false])
})
