import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ListedRooms, type ListPlace } from '#src/engines/memory/listed-rooms.js'

class Place implements ListPlace<Place> {
  isListed = false
  previous: Place | null = null
  next: Place | null = null

  constructor(
    readonly name: string,
    readonly unread = 0,
  ) {}
}

/** A list with these at their places, the first at the top. */
function listOf(...places: Place[]): ListedRooms<Place> {
  const list = new ListedRooms<Place>()
  for (const place of places.toReversed()) list.raise(place)
  return list
}

const namesOf = (list: ListedRooms<Place>, place: Place | null = null) =>
  [...list.after(place)].map(({ name }) => name).join('')
const make = () => [new Place('a', 1), new Place('b', 2), new Place('c', 4)] as const

describe('a list of rooms', () => {
  it('is empty at first', () => {
    const list = new ListedRooms<Place>()
    expect([namesOf(list), list.unread]).toEqual(['', 0])
  })

  it('has the room at the top that was raised last', () => {
    expect(namesOf(listOf(...make()))).toBe('abc')
  })

  it.each([
    [0, 'abc'],
    [1, 'bac'],
    [2, 'cab'],
  ])('has a room once that is raised again: %i', (index, names) => {
    const places = make()
    const list = listOf(...places)
    for (const place of places.slice(index, index + 1)) list.raise(place)
    expect(namesOf(list)).toBe(names)
  })

  it.each([
    [0, 'bc'],
    [1, 'ac'],
    [2, 'ab'],
  ])('closes up where a room is taken out: %i', (index, names) => {
    const places = make()
    const list = listOf(...places)
    for (const place of places.slice(index, index + 1)) {
      list.remove(place)
      expect([place.isListed, place.previous, place.next]).toEqual([false, null, null])
    }
    expect(namesOf(list)).toBe(names)
  })

  it('goes on after a room of it', () => {
    const [a, b, c] = make()
    const list = listOf(a, b, c)
    expect([namesOf(list, a), namesOf(list, b), namesOf(list, c)]).toEqual(['bc', 'c', ''])
  })

  it('takes a room again that was taken out', () => {
    const [a, b, c] = make()
    const list = listOf(a, b, c)
    list.remove(b)
    list.raise(b)
    expect([namesOf(list), b.isListed, list.unread]).toEqual(['bac', true, 7])
  })

  it('does not mind a room that is not in it', () => {
    const [a, b, c] = make()
    const list = listOf(a, b)
    list.remove(c)
    expect([namesOf(list), list.unread]).toEqual(['ab', 3])
  })

  it('counts what is unread in its rooms, each once', () => {
    const [a, b, c] = make()
    const list = listOf(a, b, c)
    list.raise(b)
    expect(list.unread).toBe(7)
    list.remove(b)
    list.remove(b)
    expect(list.unread).toBe(5)
  })

  it('is in the order in which its rooms were raised, whatever was raised and taken out', () => {
    const operation = fc.record({ isRaise: fc.boolean(), index: fc.nat({ max: 5 }) })
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), operations => {
        const places = ['a', 'b', 'c', 'd', 'e', 'f'].map((name, index) => new Place(name, index))
        const list = new ListedRooms<Place>()
        let expected: Place[] = []
        for (const { isRaise, index } of operations) {
          const place = places[index]
          if (place === undefined) continue
          expected = expected.filter(each => each !== place)
          if (isRaise) expected.unshift(place)
          if (isRaise) list.raise(place)
          else list.remove(place)
        }
        expect([...list.after(null)]).toEqual(expected)
        expect(list.unread).toBe(expected.reduce((sum, { unread }) => sum + unread, 0))
        expect(places.filter(({ isListed }) => isListed)).toEqual(places.filter(place => expected.includes(place)))
        for (const [index, place] of expected.entries()) expect(place.previous).toBe(expected[index - 1] ?? null)
      }),
      { numRuns: 200 },
    )
  })
})
