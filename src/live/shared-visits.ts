import type { Clock } from '../chat/clock.js'
import type { RoomId, UserId } from '../chat/engine.js'
import { Rounds } from '../rounds.js'
import type { Peers, Visit } from './peers.js'
import type { BoardFollower, RoomBoard } from './room-board.js'

/** Shares with other nodes who has which room open on this one, by leases that are renewed once in a period. */
export class SharedVisits implements BoardFollower {
  /** The visits of this node, by room and person. */
  readonly #held = new Map<string, { readonly roomId: RoomId; readonly userId: UserId }>()
  readonly #rounds: Rounds<{ readonly roomId: RoomId; readonly userId: UserId }>

  /** @param onError told what could not be shared; must not throw itself */
  constructor(
    private readonly peers: Peers,
    private readonly board: RoomBoard,
    clock: Clock,
    periodMs: number,
    private readonly onError: (error: unknown) => void,
  ) {
    this.#rounds = new Rounds(clock, periodMs, ({ roomId, userId }) => void this.#hold(roomId, userId))
  }

  async opened(roomId: RoomId, userId: UserId): Promise<void> {
    const visit = { roomId, userId }
    this.#held.set(keyOf(roomId, userId), visit)
    this.#rounds.add(visit)
    const others = await this.#hold(roomId, userId)
    if (this.board.isOpenHere(roomId, userId)) this.#tell(roomId, userId, true, others)
  }

  closed(roomId: RoomId, userId: UserId): void {
    const key = keyOf(roomId, userId)
    const visit = this.#held.get(key)
    if (visit) this.#rounds.remove(visit)
    this.#held.delete(key)
    this.peers
      .dropVisit(roomId, userId)
      .then(visits => this.#tell(roomId, userId, false, this.#othersOf(visits)))
      .catch(this.onError)
  }

  /** Renews nothing any more. */
  stop(): void {
    this.#rounds.stop()
  }

  /** Takes or renews a lease. Returns who has the room open on other nodes. */
  async #hold(roomId: RoomId, userId: UserId): Promise<readonly Visit[]> {
    try {
      const others = this.#othersOf(await this.peers.holdVisit(roomId, userId))
      this.board.setElsewhere(roomId, others)
      return others
    } catch (error) {
      this.onError(error)
      return []
    }
  }

  #tell(roomId: RoomId, userId: UserId, isOpen: boolean, visits: readonly Visit[]): void {
    const nodeIds = [...new Set(visits.map(({ nodeId }) => nodeId))]
    if (nodeIds.length > 0) void this.peers.tell({ type: 'room.visited', roomId, userId, isOpen }, nodeIds)
  }

  #othersOf(visits: readonly Visit[]): readonly Visit[] {
    return visits.filter(({ nodeId }) => nodeId !== this.peers.nodeId)
  }
}

function keyOf(roomId: RoomId, userId: UserId): string {
  return `${roomId} ${userId}`
}
