import type { RequestHandler } from 'express'
import { expect, it, vi } from 'vitest'
import { formLimitOf, readBody } from '#src/http/body-readers.js'
import { HeldBodies } from '#src/http/held-bodies.js'
import type { Access } from '#src/http/routes.js'

it.each([
  [1, 1_048_576],
  [87_381, 1_048_576],
  [87_382, 1_048_584],
  [1_000_000, 12_000_000],
])('a form for messages of %i characters may have %i bytes', (characters, bytes) => {
  expect(formLimitOf(characters)).toBe(bytes)
})

/** Who counts the body of a route, with which limit, and with which limit it is parsed. */
function read(access: Access) {
  const parse: RequestHandler = (_request, _response, next) => next()
  const parserOf = vi.fn(() => parse)
  const limits = { each: 1, all: 1 }
  const totals = { strangerBodies: new HeldBodies(() => {}, limits), memberBodies: new HeldBodies(() => {}, limits) }
  const ofStrangers = vi.spyOn(totals.strangerBodies, 'reader')
  const ofMembers = vi.spyOn(totals.memberBodies, 'reader')
  const readers = readBody(totals, access, parserOf, 70_000)
  const limitsOf = (reader: typeof ofStrangers) =>
    reader.mock.calls.map(([given, limit]) => (given === parse ? limit : 'another parser'))
  return {
    readers: readers.length,
    parsed: parserOf.mock.calls.flat(),
    ofStrangers: limitsOf(ofStrangers),
    ofMembers: limitsOf(ofMembers),
  }
}

it('a body is not read where anyone may enter', () => {
  expect(read('anyone')).toEqual({ readers: 0, parsed: [], ofStrangers: [], ofMembers: [] })
})

it('a body of guests is counted with those of strangers, and may have 8 kB', () => {
  expect(read('guest')).toEqual({ readers: 1, parsed: [8192], ofStrangers: [8192], ofMembers: [] })
})

it.each(['member', 'operator', 'member or operator'] as const)(
  'a body of a %s is counted for its person, and may be as long as the route allows',
  access => {
    expect(read(access)).toEqual({ readers: 1, parsed: [70_000], ofStrangers: [], ofMembers: [70_000] })
  },
)
