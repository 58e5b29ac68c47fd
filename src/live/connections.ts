import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { Clock } from '../chat/clock.js'
import type { RoomId, UserId } from '../chat/engine.js'
import { ChatError } from '../chat/errors.js'
import type { Unread, UnreadShare } from '../unread.js'
import { type CloseCode, closeCodes } from './close-codes.js'
import type { Hub } from './hub.js'
import type { Identity, Line, Voice } from './listener.js'
import { TermedLine } from './termed-line.js'

/** Told of a frame that could not be read, null where it is no JSON object. */
export type OnBadFrame = (frame: Record<string, unknown> | null) => void

/** What a transport has to be for a connection to live on it: a line whose end is known, and which may be cut. */
export interface Carrier extends Line {
  /** Calls once when it has closed; at once when it has already. */
  whenClosed(tell: () => void): void
  /** Ends it at once, without a word. */
  cut(): void
  /** Begins to hear what the other end says; left out where it cannot say anything. `mayGoOn` is asked before each frame. */
  open?(voice: Voice, mayGoOn: () => Promise<boolean>, onBadFrame?: OnBadFrame): void
}

/** What a voice is made for. */
export interface Seat {
  readonly id: string
  readonly identity: Identity
  /** The room that the connection is about; null for the list of chats. */
  readonly roomId: RoomId | null
  readonly line: TermedLine
}

export interface OpenedVoice {
  readonly voice: Voice
  /** Called once the voice hears of events: catching up. */
  start(): Promise<void>
  readonly onBadFrame?: OnBadFrame
}

/** A connection to be opened, once it is known whose it is and that they may see the room. */
export interface Opening extends Pick<Seat, 'identity' | 'roomId'> {
  /** Makes the carrier, which tells `share` how much waits to be read. */
  carry(share: UnreadShare): Carrier
  /** Makes the voice that the other end understands. */
  openVoice(seat: Seat): OpenedVoice
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
   * @throws whatever `carry` or `openVoice` throws; the carrier has been cut then
   */
  async open(opening: Opening): Promise<void> {
    const { hub, log, admit } = this.#deps
    const { identity, roomId } = opening
    const { share, carrier, line, opened } = this.#prepare(opening)
    const { voice, start, onBadFrame } = opened
    let isOver = false
    // Before anything is awaited: a connection that was reset meanwhile would stay in the hub for ever.
    carrier.whenClosed(() => {
      isOver = true
      line.stop()
      voice.end()
      share.end()
      hub.remove(voice).catch((error: unknown) => log.error({ err: error }, 'a connection could not be ended'))
    })
    try {
      await admit?.(identity.userId)
    } catch (error) {
      return this.#refuse(line, error, closeCodes.tooBusy)
    }
    // While it waited its session may have ended, and the hub could not close what it did not know.
    if (isOver || !(await line.check())) return
    carrier.open?.(voice, () => line.check(), onBadFrame)
    try {
      await hub.add(voice)
    } catch (error) {
      const isOneTooMany = error instanceof ChatError && error.code === 'rate_limited'
      return this.#refuse(line, error, isOneTooMany ? closeCodes.tooFast : closeCodes.restarting)
    }
    if (roomId !== null) hub.enterRoom(roomId, voice)
    await start().catch((error: unknown) => this.#fail(line, error))
  }

  /** Makes all that a connection is of; where that fails, none of it is left. */
  #prepare({ identity, roomId, carry, openVoice }: Opening) {
    const { unread, clock, log } = this.#deps
    let carrier: Carrier | null = null
    let line: TermedLine | null = null
    const share = unread.open(identity.userId, () => carrier?.cut())
    try {
      carrier = carry(share)
      line = new TermedLine(carrier, identity, clock, log)
      const id = randomBytes(9).toString('base64url')
      return { share, carrier, line, opened: openVoice({ id, identity, roomId, line }) }
    } catch (error) {
      line?.stop()
      share.end()
      carrier?.cut()
      throw error
    }
  }

  #refuse(line: TermedLine, error: unknown, code: CloseCode): void {
    if (error instanceof ChatError) {
      this.#deps.onRefused(error.code)
      line.close(code)
    } else this.#fail(line, error)
  }

  #fail(line: TermedLine, error: unknown): void {
    this.#deps.log.error({ err: error }, 'a connection could not be opened')
    line.close(closeCodes.internalError)
  }
}
