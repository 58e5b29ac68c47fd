import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { Clock } from '../chat/clock.js'
import type { UserId } from '../chat/engine.js'
import { ChatError, isStorageFailure } from '../chat/errors.js'
import type { UnreadBytes } from '../unread-bytes.js'
import { type CloseCode, closeCodes } from './client/close-codes.js'
import type { Transport } from './client/transport.js'
import type { Hub } from './hub.js'
import { Connection } from './transport/connection.js'
import type { ConnectionOpener, Opening } from './transport/opening.js'

export interface ConnectionsDeps {
  readonly hub: Hub
  readonly unreadBytes: UnreadBytes
  readonly clock: Clock
  readonly log: Logger
  /** Called with the reason, in a word, when a connection is refused. */
  readonly onRefused: (reason: string) => void
  /** Resolves when a person may open one more connection. Rejects with ChatError `rate_limited` if they may not. */
  readonly admit?: (userId: UserId) => Promise<void>
}

/** The one owner of connections, whatever the transport: opens each, catches it up, and ends all that belongs to it. */
export class Connections implements ConnectionOpener {
  readonly #deps: ConnectionsDeps

  constructor(deps: ConnectionsDeps) {
    this.#deps = deps
  }

  /**
   * Resolves when the other end is up to date, or the connection was refused or has ended.
   * @throws whatever `openTransport` or `openSession` throws; the transport has been cut then
   */
  async open(opening: Opening): Promise<void> {
    const { hub, log, admit } = this.#deps
    const { share, transport, connection, opened } = this.#prepare(opening)
    const { session, start, onBadFrame } = opened
    let isOver = false
    // Before anything is awaited: otherwise a connection that is reset meanwhile would stay in the hub for ever.
    transport.whenClosed(() => {
      isOver = true
      connection.stop()
      session.end()
      share.end()
      hub.remove(session).catch((error: unknown) => {
        // Its lease lapses then.
        if (!isStorageFailure(error)) log.error({ err: error }, 'a closed connection could not be removed')
      })
    })
    try {
      await admit?.(opening.identity.userId)
    } catch (error) {
      return this.#refuse(connection, error, closeCodes.tooBusy)
    }
    // Its session may have ended while it waited, and the hub cannot close a connection that it does not know yet.
    if (isOver || !(await connection.check())) return
    transport.open?.(session, () => connection.isStillAllowed(), onBadFrame)
    try {
      await hub.add(session)
    } catch (error) {
      const isOneTooMany = error instanceof ChatError && error.code === 'rate_limited'
      return this.#refuse(connection, error, isOneTooMany ? closeCodes.tooFast : closeCodes.restarting)
    }
    await start().catch((error: unknown) => this.#fail(connection, error))
  }

  /** Makes the parts of a connection; if one of them fails, none is left. */
  #prepare({ identity, roomId, openTransport, openSession }: Opening) {
    const { unreadBytes, clock, log } = this.#deps
    let transport: Transport | null = null
    let connection: Connection | null = null
    const share = unreadBytes.open(identity.userId, () => transport?.cut())
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
