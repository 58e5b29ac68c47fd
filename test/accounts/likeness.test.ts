import { describe, expect, it } from 'vitest'
import { likenessesOf } from '#src/accounts/likeness.js'

const areAlike = (one: string, other: string) => [...likenessesOf(one)].some(each => likenessesOf(other).has(each))

describe('names that look alike', () => {
  it.each([
    ['alice', 'aIice'],
    ['alice', 'аӏісе'],
    ['Alice', 'ALICE'],
    ['zoe', 'Zo\u00eb'],
    ['zo\u00eb', 'zoe\u0308'],
    ['morning', 'rnorning'],
    ['al\u200bice', 'alice'],
    ['O0O', 'ooo'],
  ])('are %s and %s', (one, other) => {
    expect(areAlike(one, other)).toBe(true)
    expect(areAlike(other, one)).toBe(true)
  })

  it.each([
    ['alice', 'alicia'],
    ['alice', 'alic'],
    ['person-1', 'person-2'],
    ['हस', 'हँस'],
  ])('are not %s and %s', (one, other) => {
    expect(areAlike(one, other)).toBe(false)
  })
})
