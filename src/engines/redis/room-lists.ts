import type { RoomList, RoomListAsk, RoomSummary, UserId } from '#src/chat/engine.js'
import type { PackedReader } from './packed-reader.js'
import type { RoomIds } from './room-ids.js'
import type { ScriptRunner } from './script-runner.js'
import { readListed } from './views.js'

/** Where a room stands among those of other partitions: the higher, the later it was raised or began. */
interface Position {
  readonly pair: string
  readonly place: number
}

/** What lists need of what runs scripts. */
export type ListRunner = Pick<ScriptRunner, 'partitions' | 'run' | 'runEverywhere'>

/** How many rooms a person may hold that they alone have opened and nobody has written in. */
const mostUnshared = 100

/** What is of all rooms of one person, put together of what each partition holds. With one partition, one script does it. */
export class RoomLists {
  constructor(
    private readonly runner: ListRunner,
    private readonly ids: RoomIds,
  ) {}

  /** A part of someone's list of rooms, as `Engine.listRooms`. */
  async read(userId: UserId, { limit, before = '', among }: RoomListAsk): Promise<RoomList> {
    const wanted = among === undefined ? [0] : [1, ...among]
    if (this.runner.partitions === 1) {
      const answer = await this.runner.run('list', 0, userId, limit, before, ...wanted)
      return { rooms: answer.list(readListed), hasEarlier: answer.boolean(), totalUnread: answer.number() }
    }
    const top = before === '' ? '' : await this.#placeOf(before, userId)
    // Nothing follows a room that is not in the list; how much is unread is asked for all the same.
    const answers = await this.runner.runEverywhere('positions', userId, limit + 1, top ?? 0, ...wanted)
    const positions = newestFirst(answers.flatMap(answer => answer.list(readPosition)))
    const totalUnread = answers.reduce((sum, answer) => sum + answer.number(), 0)
    const rooms = await this.#summarise(userId, positions.slice(0, limit))
    return { rooms, hasEarlier: positions.length > limit, totalUnread }
  }

  /** The other people of the rooms in someone's list, in its order. */
  async readOthers(userId: UserId, limit: number): Promise<readonly UserId[]> {
    if (limit < 1) return []
    const answers = await this.runner.runEverywhere('others', userId, limit)
    const others = answers.flatMap(answer => answer.list(readPosition))
    return newestFirst(others)
      .slice(0, limit)
      .map(({ pair: otherId }) => otherId)
  }

  /**
   * Has a partition in which two people have a new room know what others know of them: when they were here last, and the rooms
   * that the opener alone has opened, of which the oldest go if they are too many. With one partition a script has done so.
   */
  async settleNew(partition: number, openerId: UserId, otherId: UserId): Promise<void> {
    if (this.runner.partitions === 1) return
    const positions: Position[] = []
    let [openerHeldAt, otherHeldAt] = [0, 0]
    for (const answer of await this.runner.runEverywhere('alone', openerId, otherId)) {
      positions.push(...answer.list(readPosition))
      openerHeldAt = Math.max(openerHeldAt, answer.number())
      otherHeldAt = Math.max(otherHeldAt, answer.number())
    }
    if (openerHeldAt + otherHeldAt > 0) {
      await this.runner.run('recall', partition, openerId, openerHeldAt, otherId, otherHeldAt)
    }
    for (const { pair } of newestFirst(positions).slice(mostUnshared)) {
      await this.runner.run('discard', this.ids.partitionOf(pair) ?? 0, pair)
    }
  }

  /** By which number a room stands in someone's list; null when it does not. */
  async #placeOf(roomId: string, userId: UserId): Promise<number | null> {
    const partition = this.ids.partitionOf(roomId)
    const place = partition === null ? -1 : (await this.runner.run('place', partition, roomId, userId)).number()
    return place < 0 ? null : place
  }

  async #summarise(userId: UserId, positions: readonly Position[]): Promise<RoomSummary[]> {
    const byPartition = new Map<number, string[]>()
    for (const { pair } of positions) {
      const partition = this.ids.partitionOf(pair) ?? 0
      byPartition.set(partition, [...(byPartition.get(partition) ?? []), pair])
    }
    const found = new Map<string, RoomSummary>()
    const asked = [...byPartition].map(async ([partition, pairs]) => {
      const answer = await this.runner.run('summaries', partition, userId, ...pairs)
      answer.list(() => {
        answer.array()
        found.set(answer.string(), readListed(answer))
      })
    })
    await Promise.all(asked)
    return positions.flatMap(({ pair }) => found.get(pair) ?? [])
  }
}

function newestFirst(positions: Position[]): Position[] {
  return positions.sort((a, b) => b.place - a.place)
}

function readPosition(reader: PackedReader): Position {
  reader.array()
  return { pair: reader.string(), place: reader.number() }
}
