// Long because all that people do in rooms goes through this one door.
import { type Answer, goOn } from './answer.js'
import type {
  CountedCommands,
  CursorKind,
  Engine,
  ImageRef,
  Lifetime,
  Message,
  MessageId,
  RoomId,
  RoomView,
  Sent,
  ServerNotice,
  UserId,
  VanishedTotals,
} from './engine.js'
import { ChatError } from './errors.js'
import { type LifetimeBounds, mayChoose } from './lifetimes.js'
import { normaliseText } from './message-input.js'

/** How long a visitor without JavaScript counts as here after a request, in ms. */
const presentWithoutScriptMs = 60_000

/** Counts an action of a person. Returns how many ms too early it is; 0 if it is allowed. */
export type CountOne = (userId: UserId) => Answer<number>

/** The engine's commands, each counted before it does anything: beyond the limit they throw ChatError `rate_limited`. */
export interface CountedEngine {
  /** Counted as by `RoomsDeps.countSend`. */
  send(userId: UserId): Pick<CountedCommands, 'sendMessage'>
  /** Counted as by `RoomsDeps.countReaching`. */
  reaching(userId: UserId): Omit<CountedCommands, 'sendMessage'>
}

/** A picture that was claimed for a message. */
export interface ClaimedImage {
  readonly image: ImageRef
  /** How long pictures live on this server, ms: a picture and its message go together. */
  readonly lifetimeMs: number
  /** Tells what became of the message: how it was sent, with this picture or another, or null if it was refused. */
  settle(sent: Message | null): void
}

/**
 * Claims a picture that this person uploaded for this room, for the message with this nonce, which may claim it again.
 * Otherwise throws ChatError `image_not_found`.
 */
export type ClaimImage = (imageId: string, roomId: RoomId, userId: UserId, nonce: string) => Promise<ClaimedImage>

export interface RoomRules extends LifetimeBounds {
  /** Characters, in UTF-16 units. */
  readonly messageMaxLength: number
}

/** What a person sends, over a form, the API or a socket. */
export interface MessageInput {
  readonly content: string
  readonly nonce: string
  readonly imageId?: string | undefined
  /** The message that it answers. */
  readonly replyTo?: string | null | undefined
}

export interface RoomsDeps {
  readonly countSend: CountOne
  /** Counts all else that reaches the other person, since it could be done over and over to bother them. */
  readonly countReaching: CountOne
  /** Where a count and a command take one round trip together; null where a count takes none, or one of its own. */
  readonly counted?: CountedEngine | null
  readonly claimImage: ClaimImage
  readonly personExists: (userId: UserId) => Promise<boolean>
  /** Told of each message once it is sent; nobody has to know if it is left out. Must not throw. */
  readonly onSent?: ((message: Message) => void) | undefined
}

/** What can be read without a rule beside the engine's own. */
export type RoomReads = Pick<
  Engine,
  | 'isMember'
  | 'listEndings'
  | 'listOthers'
  | 'listRooms'
  | 'readOwnStats'
  | 'readPresence'
  | 'readQuote'
  | 'readRoom'
  | 'readStats'
>

/**
 * The one door to the rooms: pages, API, sockets and pictures all use this service, so that each rule is written once. Each
 * command is one call of the engine. Someone who is not one of a room's two people gets ChatError `not_found` from every
 * command.
 */
export class Rooms {
  readonly reads: RoomReads
  readonly #engine: Engine
  readonly #rules: RoomRules
  readonly #deps: RoomsDeps

  constructor(engine: Engine, rules: RoomRules, deps: RoomsDeps) {
    this.reads = engine
    this.#engine = engine
    this.#rules = rules
    this.#deps = deps
  }

  /**
   * Opens the room of two people, or returns the one they have.
   * @throws ChatError `not_found` when there is no such person, or it is oneself; `blocked`, `rate_limited`
   */
  async open(userId: UserId, otherId: UserId): Promise<RoomView> {
    await refuseOver(this.#deps.countReaching(userId))
    if (!(await this.#deps.personExists(otherId))) throw new ChatError('not_found')
    return this.#engine.openRoom(userId, otherId)
  }

  /**
   * Sends a message. A second send with the same nonce returns the first message.
   * @throws ChatError `message_empty`, `message_too_long`, `message_invalid`, `image_not_found`, `rate_limited`,
   *   `person_full`, `room_full`, `server_full`, `not_found`
   */
  send(roomId: RoomId, userId: UserId, input: MessageInput): Answer<Sent> {
    const { onSent } = this.#deps
    const sending = this.#send(roomId, userId, input)
    if (!onSent) return sending
    return goOn(sending, sent => {
      if (!sent.duplicate) onSent(sent.message)
      return sent
    })
  }

  #send(roomId: RoomId, userId: UserId, input: MessageInput): Answer<Sent> {
    const { content, nonce, imageId, replyTo = null } = input
    if (content === '' && !imageId) throw new ChatError('message_empty')
    if (this.#deps.counted && !imageId) return this.#sendCounted(this.#deps.counted, roomId, userId, input)
    // Counted before the text is looked at: one too many must cost nothing.
    return goOn(refuseOver(this.#deps.countSend(userId)), () => {
      const text = normaliseText(content, this.#rules.messageMaxLength)
      if (imageId) return this.#sendWithImage(roomId, userId, { nonce, text, imageId, replyTo })
      if (text === '') throw new ChatError('message_empty')
      return this.#engine.sendMessage(roomId, userId, { nonce, text, image: null, replyTo })
    })
  }

  /**
   * Deletes a person's own message for both.
   * @throws ChatError `rate_limited`, `not_found`
   */
  async unsend(roomId: RoomId, userId: UserId, messageId: MessageId): Promise<void> {
    return this.#reach(userId, engine => engine.removeMessage(roomId, userId, messageId))
  }

  /**
   * Chooses how long messages live in a room from now on.
   * @throws ChatError `invalid` for a lifetime that may not be chosen; `rate_limited`, `not_found`
   */
  async setLifetime(roomId: RoomId, userId: UserId, lifetime: Lifetime): Promise<void> {
    if (!mayChoose(lifetime, this.#rules)) throw new ChatError('invalid')
    return this.#reach(userId, engine => engine.setLifetime(roomId, userId, lifetime))
  }

  /**
   * Chooses whether a room is erased once both have left.
   * @throws ChatError `rate_limited`, `not_found`
   */
  async setErasure(roomId: RoomId, userId: UserId, erasesWhenLeft: boolean): Promise<void> {
    return this.#reach(userId, engine => engine.setErasure(roomId, userId, erasesWhenLeft))
  }

  /**
   * Keeps the messages that are about to expire, and those that would soon follow, for as long again, for both.
   * @throws ChatError `rate_limited`, `not_found`
   */
  async keepLonger(roomId: RoomId, userId: UserId): Promise<void> {
    return this.#reach(userId, engine => engine.keepLonger(roomId, userId))
  }

  /** Takes the warning that messages are about to expire away for one person. @throws ChatError `not_found` */
  dismissWarning(roomId: RoomId, userId: UserId): Promise<void> {
    return this.#engine.dismissWarning(roomId, userId)
  }

  /** Reports a message as delivered or seen, as `Engine.moveCursor` does. @throws ChatError `not_found` */
  report(roomId: RoomId, userId: UserId, kind: CursorKind, messageId: MessageId, inViewFrom?: number): Answer<void> {
    return this.#engine.moveCursor(roomId, userId, kind, messageId, inViewFrom)
  }

  /**
   * Reports that a person was shown how many messages vanished before they were seen, up to these totals.
   * @throws ChatError `not_found`
   */
  noteVanishedShown(roomId: RoomId, userId: UserId, totals: VanishedTotals): Promise<void> {
    return this.#engine.noteVanishedShown(roomId, userId, totals)
  }

  /**
   * Says that a person is typing, or no longer. Beyond the limit it is dropped: nobody waits for an answer.
   * @throws ChatError `not_found`
   */
  async setTyping(roomId: RoomId, userId: UserId, isTyping: boolean): Promise<void> {
    try {
      await this.#reach(userId, engine => engine.setTyping(roomId, userId, isTyping))
    } catch (error) {
      if (!(error instanceof ChatError) || error.code !== 'rate_limited') throw error
    }
  }

  /**
   * Erases the room for both.
   * @throws ChatError `rate_limited`, `not_found`
   */
  async end(roomId: RoomId, userId: UserId): Promise<void> {
    return this.#reach(userId, engine => engine.endRoom(roomId, userId))
  }

  /** Shows a visitor without JavaScript, who holds no connection, as here for a minute. */
  showPresent(userId: UserId, sessionId: string): Promise<void> {
    return this.#engine.holdLease(userId, `page ${sessionId}`, presentWithoutScriptMs)
  }

  /** Calls `subscriber` with what the server must know for its own work, whoever hears of it; the answer ends it. */
  onNotice(subscriber: (notice: ServerNotice) => void): () => void {
    return this.#engine.subscribe(({ notices }) => {
      for (const notice of notices) subscriber(notice)
    })
  }

  /** What is refused for its text is counted by itself, since it must count all the same. */
  async #sendCounted(
    counted: CountedEngine,
    roomId: RoomId,
    userId: UserId,
    { content, nonce, replyTo = null }: MessageInput,
  ): Promise<Sent> {
    let text: string
    try {
      text = normaliseText(content, this.#rules.messageMaxLength)
      if (text === '') throw new ChatError('message_empty')
    } catch (error) {
      await refuseOver(this.#deps.countSend(userId))
      throw error
    }
    return counted.send(userId).sendMessage(roomId, userId, { nonce, text, image: null, replyTo })
  }

  /** Performs a command that reaches the other person, once it is counted. */
  async #reach(
    userId: UserId,
    command: (engine: Omit<CountedCommands, 'sendMessage'>) => Promise<void>,
  ): Promise<void> {
    if (this.#deps.counted) return command(this.#deps.counted.reaching(userId))
    await refuseOver(this.#deps.countReaching(userId))
    return command(this.#engine)
  }

  async #sendWithImage(
    roomId: RoomId,
    userId: UserId,
    { nonce, text, imageId, replyTo }: { nonce: string; text: string; imageId: string; replyTo: string | null },
  ): Promise<Sent> {
    const { image, lifetimeMs, settle } = await this.#deps.claimImage(imageId, roomId, userId, nonce)
    try {
      // A server on which pictures live shorter than messages bounds them in every room; else they live as the room has it.
      const isBounded = lifetimeMs < this.#rules.messageTtlMs
      const draft = { nonce, text, image, replyTo, ...(isBounded && { mostLifetimeMs: lifetimeMs }) }
      const sent = await this.#engine.sendMessage(roomId, userId, draft)
      settle(sent.message)
      return sent
    } catch (error) {
      settle(null)
      throw error
    }
  }
}

function refuseOver(counted: Answer<number>): Answer<void> {
  return goOn(counted, retryAfterMs => {
    if (retryAfterMs > 0) throw new ChatError('rate_limited', retryAfterMs)
  })
}
