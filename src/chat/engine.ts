/**
 * The engine: the port behind which rooms, messages, receipts and presence live. Memory and Redis stand behind it, and
 * one test suite (test/engine) holds both to every guarantee below.
 *
 * - All methods are safe to call at once from many connections and nodes; each is atomic.
 * - Every change to a room raises its `version` by exactly one and emits exactly one event that carries the new version.
 *   Events of one room are emitted in the order of their versions, after the change can be read.
 * - A message whose `expiresAt` has come is returned by no method, whether or not its removal has been emitted yet.
 * - Someone who is not one of a room's two people gets the same `not_found` as for a room that never was.
 * - A room is shown to a person once they have opened it, or the other has written a message in it that was not held. To
 *   somebody to whom it is not shown nothing tells of it: no list, no event, not even its end. Its id answers both.
 * - A person has opened a room once they have opened or read it, written in it, or said that they have seen a message.
 *   Their presence is told to the other, if the room is shown to the other, from then on and not before.
 * - Nobody can tell that they are blocked. For who has blocked somebody, the room of the two does not exist until they take
 *   it back. To the blocked, who blocked them closed their pages at that moment and has not come back: what they send is
 *   held, nobody reads or types, and the room ends when it would then. What who blocked them really does changes nothing.
 */

export type UserId = string
export type RoomId = string
export type MessageId = string

/** A picture as its message knows it. Width and height in pixels. */
export interface ImageRef {
  readonly id: string
  readonly width: number
  readonly height: number
  readonly alt: string
}

/** A message. Times in ms of `Clock.now()`; `seq` is gapless within its room and begins at 1. */
export interface Message {
  readonly id: MessageId
  readonly roomId: RoomId
  readonly seq: number
  readonly senderId: UserId
  readonly nonce: string
  readonly text: string
  readonly image: ImageRef | null
  readonly sentAt: number
  readonly expiresAt: number
  /** How long it was to live when it was sent, ms: what each keeping adds to `expiresAt`. */
  readonly lifetimeMs: number
  /** How often it was kept for as long again. */
  readonly keptTimes: number
  /** Sent to who had blocked the sender, for whom it does not exist: not read, not counted, never delivered. */
  readonly isHeld?: true
}

/** What a person sends. `lifetimeMs` is how long the message lives from the moment it is accepted. */
export interface Draft {
  readonly nonce: string
  readonly text: string
  readonly image: ImageRef | null
  readonly lifetimeMs: number
}

/** How far a person has got: highest `seq` that reached them and that they saw. `seen <= delivered`; both only grow. */
export interface Cursors {
  readonly delivered: number
  readonly seen: number
}

export type CursorKind = keyof Cursors

/** How long messages live in a room, as one of its two people chose it. */
export interface ChosenLifetime {
  readonly lifetimeMs: number
  readonly byId: UserId
  /** The newest message at that time: the choice counts for those after it. */
  readonly sinceSeq: number
}

/** The messages that stand together in a room, by their `seq`: both ends belong to it. */
export interface SeqRange {
  readonly from: number
  readonly to: number
}

/** How many messages or chats are given unless told, and how many messages at most. */
export const usualWindow = 100
export const mostWindow = 200

/**
 * Which messages of a room are asked for. Whatever is asked, a window ends after a mebibyte of text (UTF-8), with at least
 * one message in it; and it holds none that is held from the person.
 *
 * - `visit`: what somebody sees who comes in: the newest 100; or, when more than those are unread, from the first unread
 *   one on, 200 at most.
 * - `newest`, `before`, `after`: at most `limit`, the newest of all, or those next to `seq` on either side.
 * - `page`: what a page that shows `from` to `to` shows by now. One that is open-ended shows what came since; the others
 *   stay within their window. The newest 200 of it are given; of those before them, which the page may have, only which
 *   ones live (`RoomView.standing`). When more came than can be given, it is a `visit`.
 */
export type WindowAsk =
  | { readonly of: 'visit' }
  | { readonly of: 'newest'; readonly limit: number }
  | { readonly of: 'before' | 'after'; readonly seq: number; readonly limit: number }
  | ({ readonly of: 'page'; readonly isOpenEnded: boolean } & SeqRange)

/** A room as one of its two people sees it: a window of its living messages, oldest first. */
export interface RoomView {
  readonly id: RoomId
  /** Tells apart two lives of anything that could carry the same id; part of what a page shows beside the version. */
  readonly epoch: string
  readonly version: number
  readonly otherId: UserId
  readonly mine: Cursors
  readonly theirs: Cursors
  readonly messages: readonly Message[]
  /** The living message before those given, or before where they would stand; null when there is none. */
  readonly previous: Message | null
  /** How many living messages stand after those given, or after where they would stand. */
  readonly later: number
  /** Answers `page`: which messages live before those given, the newest 500 ranges of them. Null: it is a `visit`. */
  readonly standing: readonly SeqRange[] | null
  /** The `seq` of the newest living message, whether or not it is given; 0 when there is none. */
  readonly newestSeq: number
  /** Null while nobody has chosen: then the server's own life counts. */
  readonly lifetime: ChosenLifetime | null
}

/** A part of a person's list of chats, the most recently active first. */
export interface RoomList {
  readonly rooms: readonly RoomSummary[]
  /** Whether others follow, which were active earlier. */
  readonly hasEarlier: boolean
  /** Living messages that this person has not seen, in all rooms together. */
  readonly unread: number
}

/** Which part of the list is asked for: `limit` rooms, the first, or those behind the room `before`. */
export interface RoomListAsk {
  readonly limit: number
  readonly before?: RoomId | undefined
}

/** A line in a person's list of chats. */
export interface RoomSummary {
  readonly id: RoomId
  readonly otherId: UserId
  /** Living messages of the other that this person has not seen. */
  readonly unread: number
  readonly lastMessage: Message | null
  /** One's own cursors and the other's, from which the status of the last message is read. */
  readonly mine: Cursors
  readonly theirs: Cursors
  /** When the room last changed in a way its people see (opened, message sent), ms of `Clock.now()`. */
  readonly activeAt: number
  /** How long its messages live as its people chose it, ms; null for the server's own. */
  readonly lifetimeMs: number | null
}

/** Whether a person is here, and since when not: ms of `Clock.now()`, null when online or never seen. */
export interface Presence {
  readonly userId: UserId
  readonly isOnline: boolean
  readonly lastSeen: number | null
}

/**
 * Why a room is no more: one of its people ended it, both were away for the grace period, an account was deleted; or nobody
 * had written in it, and who alone had opened it was away for the grace period or has opened too many (see `openRoom`).
 */
export type DissolveReason = 'ended' | 'away' | 'account_deleted' | 'empty'

/** What a person keeps from others. */
export interface Privacy {
  readonly sendsReceipts: boolean
  readonly sendsTyping: boolean
  readonly blocked: readonly UserId[]
}

interface RoomEventBase {
  readonly roomId: RoomId
  readonly people: readonly [UserId, UserId]
  /** Those of the two who may hear of it; both when absent. */
  readonly audience?: readonly UserId[]
}

/** Everything the engine tells. `version` is the room's after the change. */
export type EngineEvent =
  /** The room is new, or from now on in the list of who hears this. Changes no version. */
  | (RoomEventBase & { readonly type: 'room.opened'; readonly version: number })
  | (RoomEventBase & { readonly type: 'message.sent'; readonly version: number; readonly message: Message })
  | (RoomEventBase & {
      readonly type: 'receipt.moved'
      readonly version: number
      readonly userId: UserId
      readonly before: Cursors
      readonly after: Cursors
      /** The living messages whose status changed by this: those of the other's between the two cursors. */
      readonly messages: readonly Message[]
    })
  /** Somebody who tells nobody has got further: for their own pages. Changes no version. */
  | (RoomEventBase & { readonly type: 'receipt.noted'; readonly userId: UserId })
  | (RoomEventBase & {
      readonly type: 'message.removed'
      readonly version: number
      /** What is gone; by `expiresAt` the lateness of the event can be told. */
      readonly messages: readonly {
        readonly id: MessageId
        readonly seq: number
        readonly imageId: string | null
        readonly expiresAt: number
        /** Who sent it, when it was held: nobody else may hear of it. */
        readonly onlyFor?: UserId
      }[]
    })
  | (RoomEventBase & {
      readonly type: 'lifetime.changed'
      readonly version: number
      readonly lifetimeMs: number
      readonly byId: UserId
    })
  /** Messages have come so near their end that they may be kept (see `keepLonger`). Changes no version. */
  | (RoomEventBase & { readonly type: 'messages.expiring'; readonly messages: readonly Message[] })
  | (RoomEventBase & {
      readonly type: 'messages.kept'
      readonly version: number
      readonly byId: UserId
      /** As they are by now: each with its new `expiresAt`. */
      readonly messages: readonly Message[]
    })
  | (RoomEventBase & {
      readonly type: 'room.dissolved'
      readonly reason: DissolveReason
      /** Who ended it, null when nobody did. */
      readonly byId: UserId | null
      readonly imageIds: readonly string[]
    })
  /** For the other alone: one's own pages show nothing of one's typing. */
  | (RoomEventBase & { readonly type: 'typing.changed'; readonly userId: UserId; readonly isTyping: boolean })
  | {
      readonly type: 'presence.changed'
      readonly presence: Presence
      /** Those who see the person's presence (see above), and nobody else. */
      readonly audience: readonly UserId[]
    }

export interface EngineStats {
  readonly rooms: number
  readonly messages: number
  readonly onlineUsers: number
  /** An estimate of what messages hold, in bytes: what the cap counts. */
  readonly bytesHeld: number
  readonly expiredMessages: number
}

/** What is held of one person's rooms: the messages are those that they may see, of both people. */
export type OwnStats = Pick<EngineStats, 'rooms' | 'messages' | 'bytesHeld'>

export interface Engine {
  /**
   * Opens the room of two people, or returns the one they have. Emits `room.opened` for one that was not shown to the
   * person before. Of the rooms that one person alone has opened and nobody has written in, a person holds 100: beyond, the
   * oldest dissolves.
   * @throws ChatError `not_found` when both are the same person; `blocked` when `userId` has blocked the other
   */
  openRoom(userId: UserId, otherId: UserId): Promise<RoomView>

  /** The id of the room with `otherId` that is shown to `userId`, or null. Opens nothing. */
  findRoom(userId: UserId, otherId: UserId): Promise<RoomId | null>

  /**
   * The room as `userId` sees it, a `visit` unless told. Reading also counts as having been active in the room (see
   * `dropLease`). Costs what the window costs, however many messages the room holds.
   * @throws ChatError `not_found`
   */
  readRoom(roomId: RoomId, userId: UserId, ask?: WindowAsk): Promise<RoomView>

  /**
   * One line of the list of chats.
   * @throws ChatError `not_found`
   */
  readSummary(roomId: RoomId, userId: UserId): Promise<RoomSummary>

  /**
   * The rooms that are shown to a person, the most recently active first: written in, or added to their list. What is not
   * asked for costs nothing. A room `before` that is not in the list has nothing behind it.
   */
  listRooms(userId: UserId, ask: RoomListAsk): Promise<RoomList>

  /**
   * Adds a message. Idempotent on (room, sender, nonce) for as long as the first message lives: the second time returns
   * the first message with `duplicate: true`, changes nothing and emits nothing, even at a cap. One to who has blocked the
   * sender is held: it keeps the room as an unseen one does, and its `message.sent` is for the sender alone.
   * @throws ChatError `not_found`; `person_full`, `room_full` or `server_full` at a cap, and then nothing has changed
   */
  sendMessage(roomId: RoomId, senderId: UserId, draft: Draft): Promise<{ message: Message; duplicate: boolean }>

  /**
   * Takes a message back for both, as if its time had come: it leaves no trace, and its nonce is forgotten with it. Emits
   * `message.removed`.
   * @throws ChatError `not_found` for the room, for a message that lives no longer, and for one that is not one's own
   */
  removeMessage(roomId: RoomId, userId: UserId, messageId: MessageId): Promise<void>

  /**
   * Chooses how long messages live in a room, for both: what is sent from then on, that is, since the caller of
   * `sendMessage` says how long each lives and reads it here. Emits `lifetime.changed`; nothing when it stands so already.
   * @throws ChatError `not_found`
   */
  setLifetime(roomId: RoomId, userId: UserId, lifetimeMs: number): Promise<void>

  /**
   * Puts off the end of the messages that are about to expire: those that `messages.expiring` told of, which it does of
   * each a minute before its end, or at half of a life that is shorter than two (`warnsAt` says when). Each lives on for as
   * long again as it was to live when it was sent, at most ten times. A held message is kept like the others, whoever asks,
   * so that its sender notices nothing. Emits `messages.kept`, or nothing when there is none to keep. An engine without
   * `keepLonger` tells of none and keeps none.
   * @throws ChatError `not_found`
   */
  keepLonger(roomId: RoomId, userId: UserId): Promise<void>

  /**
   * Moves a person's cursor up to a message of the other's and all before it. Seen implies delivered. A cursor that
   * stands there or further already, one's own message, or one that lives no longer: nothing changes, nothing is emitted.
   * A move of somebody who sends no receipts is kept for the person's own sake: `mine`, `unread` and the room's end go by
   * it, while `theirs` stays for the other as it is, no version rises, and `receipt.noted` is emitted instead of
   * `receipt.moved`. The next move that is shown shows all before it.
   * @throws ChatError `not_found` for the room
   */
  moveCursor(roomId: RoomId, userId: UserId, kind: CursorKind, messageId: MessageId): Promise<void>

  /**
   * Tells the other that a person is typing, or no longer, if the person tells of it and the other may hear it. Never
   * stored; whoever shows it clears it by itself.
   * @throws ChatError `not_found`
   */
  setTyping(roomId: RoomId, userId: UserId, isTyping: boolean): Promise<void>

  /**
   * Erases a room for both, at once: messages, receipts, everything. Emits `room.dissolved`.
   * @throws ChatError `not_found`
   */
  endRoom(roomId: RoomId, userId: UserId): Promise<void>

  /** Erases every room of a person whose account is gone, and their presence. Emits `room.dissolved` for each. */
  forgetPerson(userId: UserId): Promise<void>

  /**
   * Takes note of what a person keeps from others from now on; everything is told and sent until then. Whom they block from
   * now on sees them as somebody who has given up all leases at this moment with `lingerMs` (see `dropLease`). Whom they
   * block no longer sees them as they are. What was held from them meanwhile stays held, and receipts cover it as if it had
   * come.
   * @returns whom they block that they did not block before
   */
  setPrivacy(userId: UserId, privacy: Privacy, lingerMs: number): Promise<readonly UserId[]>

  /**
   * Takes or renews a lease on presence: one an open connection. A person is online while any lease holds. A lease not
   * renewed for `ttlMs` lapses by itself, as when a node has crashed. Emits `presence.changed` on the first lease only.
   */
  holdLease(userId: UserId, leaseId: string, ttlMs: number): Promise<void>

  /**
   * Gives a lease up. The person counts as online for `lingerMs` more, so that a reload shows nobody as gone; then, if no
   * other lease holds, they are offline with `lastSeen` = when the lease was given up, and `presence.changed` is emitted.
   * A room dissolves when those to whom it is shown have all been away (no lease, no reading, sending or opening) for the
   * grace period and nothing in it is unseen or held; one with such messages waits until they are seen or expire. With a
   * grace period of 0 a room dissolves only when no message lives in it, and five minutes count.
   */
  dropLease(userId: UserId, leaseId: string, lingerMs: number): Promise<void>

  /** Presence of those of `userIds` whose presence `viewerId` sees (see above); the others are left out. */
  readPresence(viewerId: UserId, userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, Presence>>

  readStats(): Promise<EngineStats>

  readOwnStats(userId: UserId): Promise<OwnStats>

  /** Calls `listener` for every event from now on; the answer ends it. A listener that throws harms nobody else. */
  subscribe(listener: (event: EngineEvent) => void): () => void

  /** Forgets everything and ends all timers. */
  stop(): Promise<void>
}

/** What every engine is given. Durations in milliseconds, memory in bytes. */
export interface EngineOptions {
  readonly roomGraceMs: number
  readonly roomMaxMessages: number
  readonly maxBytes: number
  /** What the living messages that one person has sent may count for (see `countBytes`). */
  readonly maxBytesPerPerson: number
  /** Whether messages may be kept for as long again; left out, they may not. */
  readonly keepLonger?: boolean
}

/** Bytes that a message is counted as: its text as UTF-16, its picture's description, and a flat 512 for all else. */
export function countBytes(draft: Pick<Draft, 'text' | 'image'>): number {
  return 512 + 2 * (draft.text.length + (draft.image?.alt.length ?? 0))
}

export type MessageStatus = 'sent' | 'delivered' | 'seen'

/** The status of a message, read off its recipient's cursors. */
export function statusOf(message: Pick<Message, 'seq'>, recipient: Cursors): MessageStatus {
  if (message.seq <= recipient.seen) return 'seen'
  return message.seq <= recipient.delivered ? 'delivered' : 'sent'
}

/** Whose pages and programs hear of an event. */
export function audienceOf(event: EngineEvent): readonly UserId[] {
  if (event.type === 'presence.changed') return event.audience
  if (event.type === 'receipt.noted') return [event.userId]
  return event.audience ?? event.people
}

/** What one person may hear of an event: of the messages in it none that was held from them. Null for nothing at all. */
export function heardBy(event: EngineEvent, userId: UserId): EngineEvent | null {
  if (event.type === 'message.removed') {
    const messages = event.messages.filter(({ onlyFor = userId }) => onlyFor === userId)
    return messages.length > 0 ? { ...event, messages } : null
  }
  if (event.type === 'messages.expiring' || event.type === 'messages.kept' || event.type === 'receipt.moved') {
    const messages = event.messages.filter(({ isHeld, senderId }) => !isHeld || senderId === userId)
    if (messages.length === event.messages.length) return event
    return messages.length > 0 || event.type === 'receipt.moved' ? { ...event, messages } : null
  }
  return event
}
