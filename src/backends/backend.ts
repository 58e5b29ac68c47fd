import type { AccountStore } from '../accounts/account-store.js'
import type { Clock } from '../chat/clock.js'
import type { CountedCommands, Engine, EngineOptions, UserId } from '../chat/engine.js'
import type { Rooms } from '../chat/rooms.js'
import type { Config } from '../config.js'
import type { SessionStore } from '../http/session-store.js'
import type { FormsPlace } from '../http/shared-posts.js'
import type { PictureStore } from '../images/picture-store.js'
import type { Peers } from '../live/peers.js'
import type { HealthSource } from '../ops/health.js'
import type { CountWindow, SharedStore } from '../shared-store/shared-store.js'

/**
 * Where everything is kept: in this process, or in a Redis that several nodes share. It makes the three ports, and whatever else
 * differs between the two.
 */
export interface Backend {
  /** The time of everything that is kept. */
  readonly clock: Clock
  readonly sharedStore: SharedStore
  readonly accounts: AccountStore
  readonly sessions: SessionStore
  /** Where nodes tell each other of forms that are posted; null when there can be but one node. */
  readonly forms: FormsPlace | null
  /** Makes the place of pictures; rooms say who may see them. */
  openPictures(isMember: Rooms['reads']['isMember']): PictureStore
  readonly engine: Engine
  /**
   * The engine's commands, each of which counts a hit of a key first, in the same round trip; null where counting takes no round
   * trip, or limits and rooms lie on different servers.
   */
  readonly counting: ((window: CountWindow, key: string) => CountedCommands) | null
  /** The other nodes; null when there can be none. */
  readonly peers: Peers | null
  readonly run: Run
  readonly health: HealthSource
  /**
   * Whether the engine knows already what people keep from others, as another node has told it. If not, rooms can be opened only
   * after `notePrivacyTold`.
   */
  isPrivacyTold(): Promise<boolean>
  /** Notes that the engine was told the privacy of everybody. */
  notePrivacyTold(): Promise<void>
  /** Calls back when events of a person may have been lost, or of everybody (null). */
  onMissed(hear: (userId: UserId | null) => void): void
  /** Calls back when rooms were lost, as by a restart, while this process went on. */
  onEmptied(hear: () => void): void
  /** Gives back all that it made. */
  close(): Promise<void>
}

/** Names what rooms live in: another id says that they were lost, as by a restart. */
export interface Run {
  readonly id: string
}

/** What the settings say of the engine. */
export function engineOptions(config: Config): EngineOptions {
  return {
    messageTtlMs: config.messageTtlMs,
    messageTtlMaxMs: config.messageTtlMaxMs,
    roomGraceMs: config.roomGraceMs,
    roomMaxMessages: config.roomMaxMessages,
    maxBytes: config.maxMessageMemoryBytes,
    maxBytesPerPerson: config.maxMessageBytesPerPerson,
    keepLonger: config.keepLonger,
  }
}
