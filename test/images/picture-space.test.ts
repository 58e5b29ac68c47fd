import { expect, it } from 'vitest'
import { countPicture, largestPicture, PictureSpace } from '#src/images/picture-space.js'

it.each([
  [1, null, 4096],
  [4096, null, 4096],
  [4097, null, 8192],
  [4097, 1, 12_288],
])('a picture of %d bytes with a still of %j counts in whole blocks: as %d', (bytes, still, counted) => {
  expect(countPicture({ bytes: Buffer.alloc(bytes), still: still === null ? null : Buffer.alloc(still) })).toBe(counted)
})

it('one person, and all together, hold what they may to the last byte, and have what they give back again', () => {
  const space = new PictureSpace({ maxHeldBytes: 250, maxHeldBytesPerPerson: 100 })
  const giveBack = space.take('ann', 60)
  space.take('ann', 40)
  expect(() => space.take('ann', 1)).toThrow('person_full')
  space.take('ben', 100)
  space.take('cleo', 50)
  expect(() => space.refuseOver('cleo', 1)).toThrow('server_full')
  expect(space.held).toBe(250)
  giveBack()
  expect(space.held).toBe(190)
  expect(() => space.take('ann', 61)).toThrow('person_full')
  space.take('ann', 60)
  expect(space.held).toBe(250)
})

it.each([
  [0, 0],
  [4095, 0],
  [8191, 0],
  [8192, 4096],
  [131_072, 126_976],
])('of %d bytes a picture may have %d, however they are shared with its still', (maxHeldBytesPerPerson, most) => {
  expect(largestPicture({ maxHeldBytesPerPerson })).toBe(most)
  for (const ofStill of [1, 2048, 4095].filter(bytes => bytes < most)) {
    const parts = { bytes: Buffer.alloc(most - ofStill), still: Buffer.alloc(ofStill) }
    expect(countPicture(parts)).toBeLessThanOrEqual(maxHeldBytesPerPerson)
  }
})
