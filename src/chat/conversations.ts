import type { CursorKind, Engine, ImageRef, Message, MessageId, RoomId, RoomView, UserId, WindowAsk } from './engine.js'
import { ChatError } from './errors.js'
import { type LifetimeBounds, mayChoose } from './lifetimes.js'
import { normaliseText } from './message-input.js'

/** Counts one thing that a person does. The answer is how many milliseconds too early it is, 0 when it may be done. */
export type CountOne = (userId: UserId) => number

/** A picture that was taken for a message. */
export interface ClaimedImage {
  readonly image: ImageRef
  /** How long pictures live on this server, ms: it and its message go together. */
  readonly lifetimeMs: number
  /** Says what became of the message: the id of the picture that it was first sent with, or null when it was refused. */
  settle(sentImageId: string | null): void
}

/**
 * Takes a picture that was uploaded for this room by this person for the message with this nonce, which may take it
 * again; else throws ChatError `image_not_found`.
 */
export type ClaimImage = (imageId: string, roomId: RoomId, userId: UserId, nonce: string) => Promise<ClaimedImage>

export interface ConversationRules extends LifetimeBounds {
  readonly messageMaxLength: number
}

/** What a person sends, from a form, the API or a socket alike. */
export interface MessageInput {
  readonly content: string
  readonly nonce: string
  readonly imageId?: string | undefined
}

export interface ConversationDeps {
  readonly countSend: CountOne
  /** Counts what reaches the other person beside sends, since it could be done over and over to bother them. */
  readonly countReaching: CountOne
  readonly claimImage: ClaimImage
  readonly personExists: (userId: UserId) => Promise<boolean>
}

/**
 * What two people do with each other. Pages, API and sockets all come through here, so that each rule stands once.
 * Whoever is not one of a room's two people gets ChatError `not_found` from every method.
 */
export class Conversations {
  readonly #engine: Engine
  readonly #rules: ConversationRules
  readonly #deps: ConversationDeps

  constructor(engine: Engine, rules: ConversationRules, deps: ConversationDeps) {
    this.#engine = engine
    this.#rules = rules
    this.#deps = deps
  }

  /**
   * Opens the chat of two people, or returns the one they have.
   * @throws ChatError `not_found` when there is no such person, or it is oneself; `rate_limited`
   */
  async open(userId: UserId, otherId: UserId): Promise<RoomView> {
    refuseOver(this.#deps.countReaching(userId))
    if (!(await this.#deps.personExists(otherId))) throw new ChatError('not_found')
    return this.#engine.openRoom(userId, otherId)
  }

  /**
   * Sends a message; the second time with the same nonce returns the first message.
   * @throws ChatError `message_empty`, `message_too_long`, `message_invalid`, `image_not_found`, `rate_limited`,
   *   `person_full`, `room_full`, `server_full`, `not_found`
   */
  async send(roomId: RoomId, userId: UserId, input: MessageInput): Promise<{ message: Message; duplicate: boolean }> {
    if (input.content === '' && !input.imageId) throw new ChatError('message_empty')
    // One too many is refused before anything is done for its text.
    refuseOver(this.#deps.countSend(userId))
    const text = normaliseText(input.content, this.#rules.messageMaxLength)
    if (text === '' && !input.imageId) throw new ChatError('message_empty')
    if (input.imageId) return this.#sendWithImage(roomId, userId, { ...input, text, imageId: input.imageId })
    const lifetimeMs = await this.#lifetimeIn(roomId, userId)
    return this.#engine.sendMessage(roomId, userId, { nonce: input.nonce, text, image: null, lifetimeMs })
  }

  /**
   * Takes one's own message back, for both.
   * @throws ChatError `rate_limited`, `not_found`
   */
  async unsend(roomId: RoomId, userId: UserId, messageId: MessageId): Promise<void> {
    refuseOver(this.#deps.countReaching(userId))
    return this.#engine.removeMessage(roomId, userId, messageId)
  }

  /**
   * Chooses how long messages live in a chat from now on.
   * @throws ChatError `invalid` for a life that may not be chosen; `rate_limited`, `not_found`
   */
  async setLifetime(roomId: RoomId, userId: UserId, lifetimeMs: number): Promise<void> {
    if (!mayChoose(lifetimeMs, this.#rules)) throw new ChatError('invalid')
    refuseOver(this.#deps.countReaching(userId))
    if ((await this.#lifetimeIn(roomId, userId)) === lifetimeMs) return
    return this.#engine.setLifetime(roomId, userId, lifetimeMs)
  }

  /**
   * Keeps the messages that are about to go for as long again, for both.
   * @throws ChatError `rate_limited`, `not_found`
   */
  async keepLonger(roomId: RoomId, userId: UserId): Promise<void> {
    refuseOver(this.#deps.countReaching(userId))
    return this.#engine.keepLonger(roomId, userId)
  }

  /** Says that a message, and all before it, was delivered to a person or seen by them. */
  report(roomId: RoomId, userId: UserId, kind: CursorKind, messageId: MessageId): Promise<void> {
    return this.#engine.moveCursor(roomId, userId, kind, messageId)
  }

  /** Says that a person is typing, or no longer. What is over the limit is dropped: nobody waits for an answer to it. */
  async setTyping(roomId: RoomId, userId: UserId, isTyping: boolean): Promise<void> {
    if (this.#deps.countReaching(userId) > 0) return
    return this.#engine.setTyping(roomId, userId, isTyping)
  }

  /** Whether a person is one of a room's two. */
  async includes(roomId: RoomId, userId: UserId): Promise<boolean> {
    try {
      await this.#engine.readSummary(roomId, userId)
      return true
    } catch (error) {
      if (error instanceof ChatError && error.code === 'not_found') return false
      throw error
    }
  }

  /** A window of the room as a person sees it; a `visit` unless told. */
  read(roomId: RoomId, userId: UserId, ask?: WindowAsk): Promise<RoomView> {
    return this.#engine.readRoom(roomId, userId, ask)
  }

  /**
   * Erases the chat for both.
   * @throws ChatError `rate_limited`, `not_found`
   */
  async end(roomId: RoomId, userId: UserId): Promise<void> {
    refuseOver(this.#deps.countReaching(userId))
    return this.#engine.endRoom(roomId, userId)
  }

  async #lifetimeIn(roomId: RoomId, userId: UserId): Promise<number> {
    return (await this.#engine.readSummary(roomId, userId)).lifetimeMs ?? this.#rules.messageTtlMs
  }

  async #sendWithImage(
    roomId: RoomId,
    userId: UserId,
    { nonce, text, imageId }: { nonce: string; text: string; imageId: string },
  ): Promise<{ message: Message; duplicate: boolean }> {
    const { image, lifetimeMs, settle } = await this.#deps.claimImage(imageId, roomId, userId, nonce)
    try {
      const chosenMs = await this.#lifetimeIn(roomId, userId)
      // A server that lets pictures live shorter than messages does so in every chat; else they live as the chat has it.
      const isBounded = lifetimeMs < this.#rules.messageTtlMs
      const draft = { nonce, text, image, lifetimeMs: isBounded ? Math.min(chosenMs, lifetimeMs) : chosenMs }
      const sent = await this.#engine.sendMessage(roomId, userId, draft)
      settle(sent.message.image?.id ?? '')
      return sent
    } catch (error) {
      settle(null)
      throw error
    }
  }
}

function refuseOver(retryAfterMs: number): void {
  if (retryAfterMs > 0) throw new ChatError('rate_limited', retryAfterMs)
}
