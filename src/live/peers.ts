import type { RoomId, UserId } from '../chat/engine.js'
import type { CloseCode } from './client/close-codes.js'

/** That a person has a room open on a node. */
export interface Visit {
  readonly nodeId: string
  readonly userId: UserId
}

/** What a node lets others know at once. */
export type PeerNotice =
  | { readonly type: 'session.ended'; readonly userId: UserId; readonly sessionId: string }
  | { readonly type: 'account.changed'; readonly userId: UserId; readonly code: CloseCode }
  | {
      readonly type: 'updates.paused'
      readonly userId: UserId
      readonly sessionId: string
      readonly roomId: RoomId
      readonly isPaused: boolean
    }
  /** Somebody has opened a room on the node that says so, or has closed it there. */
  | { readonly type: 'room.visited'; readonly roomId: RoomId; readonly userId: UserId; readonly isOpen: boolean }

/**
 * The other nodes, as the hub of each needs them. What is held is a lease, which lapses by itself when its node has crashed; it is
 * renewed by the same call. Every method that asks throws ChatError `storage_failed` when what the nodes share is away.
 */
export interface Peers {
  /** By which this node is known to others. */
  readonly nodeId: string
  /**
   * Takes or renews the place of a connection among those of a person on all nodes.
   * @param most how many places a person has
   * @returns whether the connection has its place
   */
  holdPlace(userId: UserId, connectionId: string, most: number): Promise<boolean>
  /** Gives it up. */
  dropPlace(userId: UserId, connectionId: string): Promise<void>
  /** Notes that a person has a room open on this node, or goes on to. Resolves with who has it open where, these included. */
  holdVisit(roomId: RoomId, userId: UserId): Promise<readonly Visit[]>
  /** Notes that they no longer have. Resolves with who still has. */
  dropVisit(roomId: RoomId, userId: UserId): Promise<readonly Visit[]>
  /** Tells all other nodes, or those named. Never rejects: one that did not hear finds out within a heartbeat. */
  tell(notice: PeerNotice, nodeIds?: readonly string[]): Promise<void>
  /** Hears what other nodes tell. */
  onTold(hear: (notice: PeerNotice, nodeId: string) => void): void
}
