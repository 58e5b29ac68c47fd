import { describe, expect, it } from 'vitest'
import { PackedReader } from '#src/engines/redis/packed-reader.js'
import { RoomIds } from '#src/engines/redis/room-ids.js'
import { type ListRunner, RoomLists } from '#src/engines/redis/room-lists.js'

const ids = new RoomIds('secret', 2)

/** A list of pairs with small numbers, as scripts pack it. */
function pack(positions: readonly (readonly [string, number])[]): Buffer {
  const each = positions.map(([pair, place]) =>
    Buffer.concat([Buffer.of(0x92, 0xa0 + pair.length), Buffer.from(pair), Buffer.of(place)]),
  )
  return Buffer.concat([Buffer.of(0xdc, 0, positions.length), ...each])
}

// What a list holds is tried by the suite of engines, also over several partitions.
describe('lists over several partitions', () => {
  const start = (...answers: Buffer[]) => {
    const calls: unknown[][] = []
    const runner: ListRunner = {
      partitions: 2,
      runEverywhere: async () => answers.map(answer => new PackedReader(answer)),
      run: async (...call) => {
        calls.push(call)
        return new PackedReader(Buffer.of())
      },
    }
    return { lists: new RoomLists(runner, ids), calls }
  }

  it('have the other people in the order in which rooms were raised, and no more than were asked for', async () => {
    const { lists } = start(
      pack([
        ['bob', 9],
        ['cat', 3],
      ]),
      pack([['dan', 7]]),
    )
    expect(await lists.readOthers('ann', 2)).toEqual(['bob', 'dan'])
    expect(await lists.readOthers('ann', 0)).toEqual([])
  })

  it('let the oldest rooms go that one person alone has opened, beyond a hundred in all partitions together', async () => {
    const pairs = Array.from({ length: 102 }, (_, index) => ids.pairOf('ann', `other-${index}`))
    const positions = pairs.map((pair, index) => [pair, index] as const)
    const unknown = Buffer.of(0, 0)
    const { lists, calls } = start(
      Buffer.concat([pack(positions.slice(0, 60)), unknown]),
      Buffer.concat([pack(positions.slice(60)), unknown]),
    )
    await lists.settleNew(0, 'ann', 'bob')
    const discarded = [pairs[1], pairs[0]].map(pair => ['discard', ids.partitionOf(pair ?? ''), pair])
    expect(calls).toEqual(discarded)
  })

  it('have the partition of a new room know when its people were here last', async () => {
    const { lists, calls } = start(
      Buffer.concat([pack([]), Buffer.of(5, 0)]),
      Buffer.concat([pack([]), Buffer.of(3, 9)]),
    )
    await lists.settleNew(1, 'ann', 'bob')
    expect(calls).toEqual([['recall', 1, 'ann', 5, 'bob', 9]])
  })
})
