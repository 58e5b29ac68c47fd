import { createHmac, randomBytes } from 'node:crypto'
import type { RoomId, UserId } from '#src/chat/engine.js'

/** How many characters of a room's id are its pair. */
export const pairLength = 11
const halfBytes = 8
const idPattern = /^[\w-]{22}$/

/** What a new room needs that nobody can guess. */
export interface NewRoomIds {
  readonly id: RoomId
  readonly epoch: string
  /** The begin of its messages' ids. */
  readonly idBegin: string
}

/**
 * Ids of rooms. The first half of an id is the pair: the same for the same two people, by a secret, so that finding a room by
 * its id and by its people is one key. The second half is random, and says which of the rooms that the two have had it is. The
 * pair also says in which partition a room lies.
 */
export class RoomIds {
  /**
   * @param secret the same on every node
   * @param partitions how many there are
   */
  constructor(
    private readonly secret: string,
    private readonly partitions: number,
  ) {}

  /** The pair of two people, whoever of the two asks. */
  pairOf(userId: UserId, otherId: UserId): string {
    const people = [userId, otherId].sort().join(' ')
    return createHmac('sha256', this.secret).update(people).digest().subarray(0, halfBytes).toString('base64url')
  }

  /** The ids of a new room of a pair. */
  create(pair: string): NewRoomIds {
    return { id: pair + random(halfBytes), epoch: random(6), idBegin: random(12) }
  }

  /** The partition of a pair or of a room with that pair; null for what is no id of a room. */
  partitionOf(pairOrRoomId: string): number | null {
    if (pairOrRoomId.length !== pairLength && !idPattern.test(pairOrRoomId)) return null
    return Buffer.from(pairOrRoomId.slice(0, 6), 'base64url').readUInt32BE() % this.partitions
  }

  /** What a nonce is known by: a program may have put something into it that is to be gone with its message. */
  digestOf(nonce: string): string {
    return createHmac('sha256', this.secret).update(nonce).digest().subarray(0, 12).toString('base64url')
  }
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}
