import { describe, expect, it } from 'vitest'
import { RoomIds } from '#src/engines/redis/room-ids.js'

describe('ids of rooms', () => {
  const ids = new RoomIds('secret', 64)

  it('begin with the pair, which is the same for the same two people on every node with the same secret', () => {
    const pair = ids.pairOf('ann', 'bob')
    expect(pair).toMatch(/^[\w-]{11}$/)
    expect([ids.pairOf('bob', 'ann'), new RoomIds('secret', 1).pairOf('ann', 'bob')]).toEqual([pair, pair])
    expect(ids.pairOf('ann', 'cat')).not.toBe(pair)
    expect(new RoomIds('another secret', 64).pairOf('ann', 'bob')).not.toBe(pair)
    const [first, second] = [ids.create(pair), ids.create(pair)]
    expect(first.id).toMatch(/^[\w-]{22}$/)
    expect([first.id.startsWith(pair), second.id.startsWith(pair), first.id === second.id]).toEqual([true, true, false])
    expect(first.idBegin).toMatch(/^[\w-]{16}$/)
  })

  it('say in which partition the room lies, spread over all of them', () => {
    const found = new Set<number | null>()
    for (let index = 0; index < 2_000; index += 1) {
      const pair = ids.pairOf('ann', `other-${index}`)
      const partition = ids.partitionOf(pair)
      expect(ids.partitionOf(ids.create(pair).id)).toBe(partition)
      found.add(partition)
    }
    expect([found.size, Math.max(...[...found].map(Number))]).toEqual([64, 63])
  })

  it.each(['', 'nowhere', 'a room', '../../../../../etc/pas', 'x'.repeat(23)])('are not such words: %s', word => {
    expect(ids.partitionOf(word)).toBeNull()
  })

  it('tell nothing of a nonce', () => {
    expect(ids.digestOf('my nonce')).toMatch(/^[\w-]{16}$/)
    expect(ids.digestOf('my nonce')).toBe(ids.digestOf('my nonce'))
    expect(ids.digestOf('my nonce')).not.toBe(ids.digestOf('your nonce'))
  })
})
