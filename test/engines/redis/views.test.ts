import { describe, expect, it } from 'vitest'
import { RoomNames } from '#src/engines/redis/message-lines.js'
import { PackedReader } from '#src/engines/redis/packed-reader.js'
import { readEvent, readPresence } from '#src/engines/redis/views.js'

// What a view holds is tried by the suite of engines; here is what it does not tell apart.
describe('what scripts say of a room', () => {
  it.each([
    [0xc3, 0, { userId: 'ann', isOnline: true, lastSeen: null }],
    [0xc2, 0, { userId: 'ann', isOnline: false, lastSeen: null }],
    [0xc2, 7, { userId: 'ann', isOnline: false, lastSeen: 7 }],
  ])('has presence with the time since when somebody is away, if that is known: %i %i', (isOnline, at, presence) => {
    expect(readPresence(new PackedReader(Buffer.of(0x92, isOnline, at)), 'ann')).toEqual(presence)
  })

  it('has no event of an unknown kind in its timeline', () => {
    const room = new RoomNames('room', 'begin', ['ann', 'bob'])
    const event = Buffer.concat([
      Buffer.of(0x9a, 0xa1, 0x31, 0xa5),
      Buffer.from('party'),
      Buffer.of(0, 0xc2, 0xc2, 0, 1, 0, 0, 0x92, 0xc3, 0xc3),
    ])
    expect(() => readEvent(new PackedReader(event), room)).toThrow(RangeError)
  })
})
