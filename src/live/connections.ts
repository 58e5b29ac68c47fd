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

/** Told of a frame that could not be read, null where it is no JSON object. */
export type OnBadFrame = (frame: Record<string, unknown> | null) => void

/** What a transport has to be for a connection to live on it: a line whose end is known, and which may be cut. */
export interface Transport extends TextSink {
  /** Calls once when it has closed; at once when it has already. */
  whenClosed(tell: () => void): void
  /** Ends it at once, without a word. */
  cut(): void
  /** Begins to hear what the other end says; left out where it cannot say anything. `mayGoOn` is asked before each frame. */
  open?(session: ClientSession, mayGoOn: () => Promise<boolean>, onBadFrame?: OnBadFrame): void
}

/** What a voice is made for. */
export interface ClientContext {
  readonly id: string
  readonly identity: Identity
  /** The room that the connection is about; null for the list of chats. */
  readonly roomId: RoomId | null
  readonly connection: Connection
}

export interface OpenedSession {
  readonly session: ClientSession
  /** Called once the voice hears of events: catching up. */
  start(): Promise<void>
  readonly onBadFrame?: OnBadFrame
}

/** A connection to be opened, once it is known whose it is and that they may see the room. */
export interface Opening extends Pick<ClientContext, 'identity' | 'roomId'> {
  /** Makes the carrier, which tells `share` how much waits to be read. */
  openTransport(share: UnreadShare): Transport
  /** Makes the voice that the other end understands. */
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

/** The one owner of a connection, whatever carries it: opens it, enters it, catches it up, and ends all that hangs on it. */
export class Connections {
  readonly #deps: ConnectionsDeps

  constructor(deps: ConnectionsDeps) {
    this.#deps = deps
  }

  /**
   * Resolves when the other end is up to date, or the connection has been refused or has ended.
   * @throws whatever `openTransport` or `openSession` throws; the carrier has been cut then
   */
  async open(opening: Opening): Promise<void> {
    const { hub, log, admit } = this.#deps
    const { identity, roomId } = opening
    const { share, transport, connection, opened } = this.#prepare(opening)
    const { session, start, onBadFrame } = opened
    let isOver = false
    // Before anything is awaited: a connection that was reset meanwhile would stay in the hub for ever.
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
    // While it waited its session may have ended, and the hub could not close what it did not know.
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

  /** Makes all that a connection is of; where that fails, none of it is left. */
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
