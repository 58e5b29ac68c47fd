import type { RoomId } from '../../chat/engine.js'
import type { UnreadShare } from '../../unread-bytes.js'
import type { ClientSession, Identity } from '../client/subscriber.js'
import type { OnBadFrame, Transport } from '../client/transport.js'
import type { Connection } from './connection.js'

/** What a client session is made for. */
export interface ClientParts {
  readonly id: string
  readonly identity: Identity
  /** The room that the page or program has open; null for the list of chats. */
  readonly roomId: RoomId | null
  readonly connection: Connection
}

export interface OpenedSession {
  readonly session: ClientSession
  /** Catches up; called once the session gets events. */
  start(): Promise<void>
  readonly onBadFrame?: OnBadFrame
}

/** A connection to be opened, of someone who is known and may see the room. */
export interface Opening extends Pick<ClientParts, 'identity' | 'roomId'> {
  /** Makes the transport, which tells `share` how much is written and not yet read. */
  openTransport(share: UnreadShare): Transport
  /** Makes the client session for the kind of client at the other end. */
  openSession(parts: ClientParts): OpenedSession
}

/** Opens connections of whatever transport. */
export interface ConnectionOpener {
  /** Resolves when the other end is up to date, or the connection was refused or has ended. */
  open(opening: Opening): Promise<void>
}
