import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { Clock } from '../chat/clock.js'
import type { RoomId, UserId } from '../chat/engine.js'
import { ChatError } from '../chat/errors.js'
import type { Unread, UnreadShare } from '../unread.js'
import type { Hub } from './hub.js'
import type { ClientSession, Identity, TextSink } from './subscriber.js'
import { type CloseCode, closeCodes } from './transport/close-codes.js'
import { Connection } from './transport/connection.js'

/** Told of a frame that could not be read; null if it is not a JSON object. */
export type OnBadFrame = (frame: Record<string, unknown> | null) => void

/** What carries a connection: a socket or an event stream. */
export interface Transport extends TextSink {
  /** Calls once when it has closed; at once when it has already. */
  whenClosed(tell: () => void): void
  /** Ends it at once, without a close code. */
  cut(): void
  /** Begins to take frames; left out if the other end cannot send any. `mayGoOn` is asked before each frame. */
  open?(session: ClientSession, mayGoOn: () => Promise<boolean>, onBadFrame?: OnBadFrame): void
}

/** What a client session is made for. */
export interface ClientContext {
  readonly id: string
  readonly identity: Identity
  /** The room that the connection is about; null for the list of chats. */
  readonly roomId: RoomId | null
  readonly connection: Connection
}

export interface OpenedSession {
  readonly session: ClientSession
  /** Catches up; called once the session gets events. */
  start(): Promise<void>
  readonly onBadFrame?: OnBadFrame
}

/** A connection to be opened, of somebody who is known and may see the room. */
export interface Opening extends Pick<ClientContext, 'identity' | 'roomId'> {
  /** Makes the transport, which tells `share` how much is written and not yet read. */
  openTransport(share: UnreadShare): Transport
  /** Makes the client session for the kind of client at the other end. */
  openSession(context: ClientContext): OpenedSession
}

export interface ConnectionsDeps {
  readonly hub: Hub
  readonly unread: Unread
  readonly clock: Clock
  readonly log: Logger
  /** Told in a word why a connection was not taken. */
  readonly onRefused: (reason: string) => void
  /** Whether a person may open one more now; may wait. Rejects with ChatError `rate_limited` when they may not. */
  readonly admit?: (userId: UserId) => Promise<void>
}

/** The one owner of connections, whatever the transport: opens each, catches it up, and ends all that belongs to it. */
export class Connections {
  readonly #deps: ConnectionsDeps

  constructor(deps: ConnectionsDeps) {
    this.#deps = deps
  }

  /**
   * Resolves when the other end is up to date, or the connection has been refused or has ended.
   * @throws whatever `openTransport` or `openSession` throws; the transport has been cut then
   */
  async open(opening: Opening): Promise<void> {
    const { hub, log, admit } = this.#deps
    const { identity, roomId } = opening
    const { share, transport, connection, opened } = this.#prepare(opening)
    const { session, start, onBadFrame } = opened
    let isOver = false
    // Before anything is awaited: otherwise a connection that is reset meanwhile would stay in the hub for ever.
    transport.whenClosed(() => {
      isOver = true
      connection.stop()
      session.end()
      share.end()
      hub.remove(session).catch((error: unknown) => log.error({ err: error }, 'a connection could not be ended'))
    })
    try {
      await admit?.(identity.userId)
    } catch (error) {
      return this.#refuse(connection, error, closeCodes.tooBusy)
    }
    // Its session may have ended while it waited, and the hub cannot close a connection that it does not know yet.
    if (isOver || !(await connection.check())) return
    transport.open?.(session, () => connection.check(), onBadFrame)
    try {
      await hub.add(session)
    } catch (error) {
      const isOneTooMany = error instanceof ChatError && error.code === 'rate_limited'
      return this.#refuse(connection, error, isOneTooMany ? closeCodes.tooFast : closeCodes.restarting)
    }
    if (roomId !== null) hub.enterRoom(roomId, session)
    await start().catch((error: unknown) => this.#fail(connection, error))
  }

  /** Makes the parts of a connection; if one of them fails, none is left. */
  #prepare({ identity, roomId, openTransport, openSession }: Opening) {
    const { unread, clock, log } = this.#deps
    let transport: Transport | null = null
    let connection: Connection | null = null
    const share = unread.open(identity.userId, () => transport?.cut())
    try {
      transport = openTransport(share)
      connection = new Connection(transport, identity, clock, log)
      const id = randomBytes(9).toString('base64url')
      return { share, transport, connection, opened: openSession({ id, identity, roomId, connection }) }
    } catch (error) {
      connection?.stop()
      share.end()
      transport?.cut()
      throw error
    }
  }

  #refuse(connection: Connection, error: unknown, code: CloseCode): void {
    if (error instanceof ChatError) {
      this.#deps.onRefused(error.code)
      connection.close(code)
    } else this.#fail(connection, error)
  }

  #fail(connection: Connection, error: unknown): void {
    this.#deps.log.error({ err: error }, 'a connection could not be opened')
    connection.close(closeCodes.internalError)
  }
}
