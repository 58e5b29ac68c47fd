/**
 * Long because it is the whole port: the types, and what every engine guarantees, in one place.
 *
 * The engine is the port behind which rooms, messages, receipts and presence live. One test suite (test/engine-suite) holds
 * every engine to the guarantees below.
 *
 * - Every method may be called at the same time from many connections and nodes, and each is one atomic step.
 * - Every change in a room that a person may know of raises the room's `version` for that person by one. If they hear of
 *   the room (below), they are told of the change in exactly one event with the new version, in the order of the versions,
 *   once the change can be read. So a gap between versions means that an event was lost.
 * - A message whose `expiresAt` has come is returned by no method, whether or not its removal has been published yet.
 * - Someone who is not one of a room's two people gets the same `not_found` as for a room that does not exist.
 * - Each event says only what the person it is for may know: nothing has to be filtered afterwards. The rules of who hears
 *   and sees what are in privacy.ts.
 * - A room is shown to a person once they have opened it, or the other has written a message that was not held. Until then
 *   nothing tells them of it: no list, no event, not even its end. Whoever knows the room's id may use it all the same.
 * - A person has entered a room once they have opened or read it, written in it, or reported a message as seen. From then
 *   on the other may see their presence, provided that the room is shown to the other.
 * - Nobody can tell that they are blocked. For whoever blocked someone, the room of the two does not exist until they
 *   unblock. The blocked person sees what they would see if the other had closed all pages at the moment of the block and
 *   never come back: what they send is held, nobody reads or types, and the room ends when it would end then. What the
 *   person who blocked them really does makes no difference to that.
 * - A reply holds no word of the message it answers, only which one that is. Its quote is worked out each time the reply is
 *   read or told of, from the living message as this person may know of it. Once that is gone, nothing tells of it.
 */
import type { Answer } from './answer.js'
import type { PictureGround } from './picture-ground.js'

export type UserId = string
export type RoomId = string
export type MessageId = string

/** A picture as its message knows it. Width and height in pixels. */
export interface ImageRef {
  readonly id: string
  readonly width: number
  readonly height: number
  readonly alt: string
  /** Whether it is an animation, of which there is a still. */
  readonly moves?: boolean
  /** What it is to be shown on, if it can be seen through. */
  readonly ground?: PictureGround
}

/** From when lives may be counted: a message was sent, or it was seen. */
export const lifeStarts = ['sent', 'seen'] as const
/** From when a life is counted. */
export type LifeStart = (typeof lifeStarts)[number]

/** How long messages live, ms, and from when that is counted. */
export interface Lifetime {
  readonly lifetimeMs: number
  readonly from: LifeStart
}

/** The longest excerpt of a quote, in UTF-16 units. */
export const mostExcerpt = 100

/** What a reply shows of the living message that it answers. `seq`, `senderId` and `expiresAt` are that message's. */
export interface Quote {
  readonly id: MessageId
  readonly seq: number
  readonly senderId: UserId
  /** The beginning of its first line that shows something; of a picture without words, its description. */
  readonly excerpt: string
  /** Whether it is a picture without words. */
  readonly isPicture: boolean
  readonly expiresAt: number
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
  /** What it answers; null if it is no reply, or if the person who reads it may not know of that message or it is gone. */
  readonly replyTo: Quote | null
  readonly sentAt: number
  /** When it goes. Before its life has begun: when it goes unseen. */
  readonly expiresAt: number
  /** How long it was to live when it was sent, ms: what keeping it longer adds to `expiresAt`. */
  readonly lifetimeMs: number
  /** From when its life is counted. */
  readonly livesFrom: LifeStart
  /** Whether its life has begun: at once if it is counted from sending. */
  readonly hasBegun: boolean
  /** How often it was kept for as long again. */
  readonly keptTimes: number
}

/** What a person sends. It lives as long as the room says from the moment it is accepted or seen. */
export interface Draft {
  readonly nonce: string
  readonly text: string
  readonly image: ImageRef | null
  /** The message that it answers. An id of none that the sender may know of counts as no id. */
  readonly replyTo?: MessageId | null
  /** An upper bound for how long it lives, ms: for a picture that may not live as long as the room's messages. */
  readonly mostLifetimeMs?: number
}

/** A message that was sent; `duplicate`: its nonce was known, so it is the first message of that nonce. */
export interface Sent {
  /** If it is gone already, as only a duplicate can be, it has neither text nor picture. */
  readonly message: Message
  readonly duplicate: boolean
}

/** How far a person has got: highest `seq` that reached them and that they saw. `seen <= delivered`; both only grow. */
export interface Cursors {
  readonly delivered: number
  readonly seen: number
}

/** Which cursors there are. */
export const cursorKinds = ['delivered', 'seen'] as const satisfies readonly (keyof Cursors)[]
/** Which cursor is meant. */
export type CursorKind = (typeof cursorKinds)[number]

/** How far a message has come with its recipient: what they did, whether or not they send receipts. Never shown to anybody. */
export interface Reach {
  readonly recipientId: UserId
  /** Whether the recipient has entered the room. */
  readonly hasEntered: boolean
  readonly isDelivered: boolean
  readonly isSeen: boolean
  /** When the message goes, ms of `Clock.now()`. */
  readonly expiresAt: number
}

/** How long messages live in a room, as one of its two people chose it. */
export interface ChosenLifetime extends Lifetime {
  readonly byId: UserId
}

/** What may happen in a room beside its messages and stands among them. */
export type TimelineBody =
  | ({ readonly what: 'lifetime' } & Lifetime)
  | { readonly what: 'erasure'; readonly erasesWhenLeft: boolean }
  /** `reopened`: the two had a chat that ended within the last day. */
  | { readonly what: 'kept' | 'reopened' }

/** How many events a room has at most: beyond that the oldest is forgotten. */
export const mostEvents = 50

/** Something that happened in a room, and stands among its messages for as long as those of its time live. */
export type TimelineEvent = TimelineBody & {
  /** Its own in the room. One with the same id takes the place of the one before: the same, done again by the same person. */
  readonly id: string
  /** The newest message at that time: it stands after that one, whether or not it lives. */
  readonly afterSeq: number
  readonly byId: UserId
  /** When it happened, and when it is shown no longer, ms of `Clock.now()`. */
  readonly at: number
  readonly expiresAt: number
}

/** Messages that follow each other in a room, by their `seq`; both ends are included. */
export interface SeqRange {
  readonly from: number
  readonly to: number
}

/** How many messages or rooms are given by default, and how many messages at most. */
export const usualWindow = 100
export const mostWindow = 200

/**
 * Which messages of a room are asked for. Every window ends after a mebibyte of text (UTF-8) but holds at least one message,
 * and none that is held from the person.
 *
 * - `visit`: what someone sees who opens the room: the newest 100; or, if more than those are unread, at most 200 from the
 *   first unread one on.
 * - `newest`, `before`, `after`: at most `limit`: the newest of all, or those next to `seq` on either side.
 * - `page`: brings a page up to date that shows `from` to `to`. An open-ended page also gets what was sent since; any other
 *   stays within its bounds. The newest 200 are given; of those before them, which the page may have already, only which
 *   ones live (`RoomView.survivors`). If more was sent than can be given, the answer is a `visit`.
 */
export type WindowAsk =
  | { readonly of: 'visit' }
  | { readonly of: 'newest'; readonly limit: number }
  | { readonly of: 'before' | 'after'; readonly seq: number; readonly limit: number }
  | ({ readonly of: 'page'; readonly isOpenEnded: boolean } & SeqRange)

/** Whether a person is here, and since when they are not: ms of `Clock.now()`, null when online or never seen. */
export interface Presence {
  readonly userId: UserId
  readonly isOnline: boolean
  readonly lastSeen: number | null
}

/**
 * How many messages of one of a room's two people vanished before the other saw them. Messages that were deleted, and those
 * that the other has seen without sending receipts, are not among them; those that were held are counted for their sender.
 */
export interface VanishedCount {
  /** Since the room began. */
  readonly total: number
  /** How many of them this person was shown. */
  readonly shown: number
  /**
   * It stands after the message with this `seq`, whether or not that one lives: where the newest of the other's stood, but
   * after the newest message of the time when one's own vanished, since that is the news. 0 when there is none.
   */
  readonly afterSeq: number
}

/** The counts as one person may know them: of the other's messages, and of their own. They last as long as the room. */
export interface Vanished {
  readonly theirs: VanishedCount
  readonly mine: VanishedCount
}

/** Of whose messages there are counts. */
export const sides = ['theirs', 'mine'] as const satisfies readonly (keyof Vanished)[]

/** Up to which total each count was shown. */
export type VanishedTotals = { readonly [Whose in keyof Vanished]: number }

/** How long a count keeps the room that the person whom it is for was not shown, ms. */
export const unshownMs = 86_400_000

/** A room as one of its two people sees it: a window of its living messages, oldest first. */
export interface RoomView {
  readonly id: RoomId
  /** Random for each room: tells its versions from those of any other that could carry the same id. */
  readonly epoch: string
  readonly version: number
  readonly otherId: UserId
  /** The other's presence; null when this person may not see it. */
  readonly presence: Presence | null
  readonly mine: Cursors
  readonly theirs: Cursors
  readonly messages: readonly Message[]
  /** The living message before those given (or before where they would be); null when there is none. */
  readonly previous: Message | null
  /** How many living messages follow those given (or where they would be). */
  readonly later: number
  /** Answers `page`: which messages live before those given, the newest 500 ranges of them. Null: the answer is a `visit`. */
  readonly survivors: readonly SeqRange[] | null
  /** The `seq` of the newest living message, whether or not it is given; 0 when there is none. */
  readonly newestSeq: number
  /** Living messages of the other that this person has not seen, whether or not they are given. */
  readonly unread: number
  readonly vanished: Vanished
  /** Null as long as nobody has chosen: then the server's own lifetime applies, from sending. */
  readonly lifetime: ChosenLifetime | null
  /** Whether the room is erased once both have left, though messages live in it (see `dropLease`). */
  readonly erasesWhenLeft: boolean
  /** What happened, of what this person may know: what stands before one of those messages, or after the newest, in its order. */
  readonly timeline: readonly TimelineEvent[]
  /** Whether a lifetime from being seen may be chosen (see `setLifetime`). */
  readonly mayLiveFromSeen: boolean
  /** The messages that this person is warned of now (see `messages.expiring`). */
  readonly expiring: readonly Message[]
}

/** What a person's list of chats shows of a room. */
export interface RoomSummary {
  readonly id: RoomId
  readonly otherId: UserId
  /** The other's presence; null when this person may not see it. */
  readonly presence: Presence | null
  /** Living messages of the other that this person has not seen. */
  readonly unread: number
  readonly vanished: Vanished
  readonly lastMessage: Message | null
  /** One's own cursors and the other's, from which the status of the last message is read. */
  readonly mine: Cursors
  readonly theirs: Cursors
  /** When the room last went to the top of this person's list (opened, message sent), ms of `Clock.now()`. */
  readonly activeAt: number
  /** How long its messages live as its people chose it, ms; null for the server's own lifetime. */
  readonly lifetimeMs: number | null
}

/** A part of a person's list of rooms, the most recently active first. */
export interface RoomList {
  readonly rooms: readonly RoomSummary[]
  /** Whether others follow, which were active earlier. */
  readonly hasEarlier: boolean
  /** Living messages that this person has not seen, in all rooms together. */
  readonly totalUnread: number
}

/**
 * Which part of the list is asked for: `limit` rooms, the first ones or those that follow the room `before`; with `among`
 * only rooms with these people.
 */
export interface RoomListAsk {
  readonly limit: number
  readonly before?: RoomId | undefined
  readonly among?: ReadonlySet<UserId>
}

/**
 * Why a room ends: one of its people ended it; both were away for the grace period; an account was deleted; or nobody had
 * written in it, and the one person who had opened it was away for the grace period or has opened too many (see `openRoom`).
 */
export const dissolveReasons = ['ended', 'away', 'account_deleted', 'empty'] as const
/** Why a room is gone: one of `dissolveReasons`. */
export type DissolveReason = (typeof dissolveReasons)[number]

/** For how long it is remembered why a room ended, ms. */
export const endingMs = 86_400_000

/** Why a room ended that was shown to a person: nothing of what was in it. */
export interface Ending {
  readonly roomId: RoomId
  readonly otherId: UserId
  readonly reason: Exclude<DissolveReason, 'empty'>
  /** Who ended it; null when nobody did. */
  readonly byId: UserId | null
  /** When it is forgotten, ms of `Clock.now()`. */
  readonly expiresAt: number
}

/** Why messages go at another time than they were to: they were kept, or their life has begun by their being seen. */
export const keepReasons = ['kept', 'seen'] as const
/** Why messages go at another time: one of `keepReasons`. */
export type KeepReason = (typeof keepReasons)[number]

/** What a person keeps from others. */
export interface Privacy {
  readonly sendsReceipts: boolean
  readonly sendsTyping: boolean
  readonly blocked: readonly UserId[]
}

/** What every event says: what the person's pages show of the room beside its messages, as it is after the event. */
interface RoomFacts {
  readonly roomId: RoomId
  /** Null when the room is not in this person's list, or not any more. */
  readonly summary: RoomSummary | null
  /** Living messages that this person has not seen, in all rooms together. */
  readonly totalUnread: number
}

/** What happened. `version` is the room's for the person who is told, after the change; see the head of this file. */
export type EventBody =
  /** The room is new, or in this person's list from now on. Changes no version. */
  | { readonly type: 'room.opened'; readonly version: number }
  | { readonly type: 'message.sent'; readonly version: number; readonly message: Message }
  | {
      readonly type: 'receipt.moved'
      readonly version: number
      /** Whose cursors have moved. */
      readonly userId: UserId
      readonly before: Cursors
      readonly after: Cursors
      /** The living messages of the other's whose status changed by it. */
      readonly messages: readonly Message[]
    }
  /** This person has got further without telling the other: for their own pages. Changes no version. */
  | { readonly type: 'receipt.noted' }
  | {
      readonly type: 'message.removed'
      readonly version: number
      readonly messages: readonly Pick<Message, 'id' | 'seq'>[]
      /** Whose messages among them vanished before the other saw them: the summary's `vanished` has grown by them. */
      readonly vanishedOf: readonly UserId[]
      /** The living message that follows them; null when none does. */
      readonly nextId: MessageId | null
    }
  | {
      readonly type: 'lifetime.changed'
      readonly version: number
      readonly lifetimeMs: number
      readonly from: LifeStart
      readonly byId: UserId
      /** Whether a lifetime from being seen may be chosen now. */
      readonly mayLiveFromSeen: boolean
      /** Messages that waited to be seen and no longer do (see `setPrivacy`), each with its new `expiresAt`. */
      readonly messages: readonly Message[]
      /** Null where the lifetime is what it was: those messages have changed, or what may be chosen. */
      readonly timeline: TimelineEvent | null
    }
  /** Someone has chosen whether the room is erased once both have left. */
  | {
      readonly type: 'erasure.changed'
      readonly version: number
      readonly erasesWhenLeft: boolean
      readonly byId: UserId
      readonly timeline: TimelineEvent
    }
  /**
   * These messages, and no others any more, are the ones that this person is warned of: they are so near their end that they
   * may be kept (see `keepLonger`). None: the person has dismissed the warning. Changes no version.
   */
  | { readonly type: 'messages.expiring'; readonly messages: readonly Message[] }
  /** Messages go at another time: `byId` has kept them for as long again, or has seen them, by which their life begins. */
  | {
      readonly type: 'messages.kept'
      readonly version: number
      readonly reason: KeepReason
      readonly byId: UserId
      /** As they are now, each with its new `expiresAt`. */
      readonly messages: readonly Message[]
      /** Null where they were seen. */
      readonly timeline: TimelineEvent | null
    }
  /** `byId`: who ended it, null when nobody did. `reason`: null for whoever has blocked the other. */
  | { readonly type: 'room.dissolved'; readonly reason: DissolveReason | null; readonly byId: UserId | null }
  /** The other types, or no longer. Changes no version. */
  | { readonly type: 'typing.changed'; readonly userId: UserId; readonly isTyping: boolean }
  /** The other has come or gone, or this person may see it from now on. Changes no version. */
  | { readonly type: 'presence.changed'; readonly presence: Presence }

/** What one person is told of a room. */
export type EngineEvent = RoomFacts & EventBody

/** An event and the person who is told it. */
export interface Told {
  readonly userId: UserId
  readonly event: EngineEvent
}

/** What the server must know for its own work, whoever is told of it. It is never sent to anybody. */
export type ServerNotice =
  /** A picture was sent: who may see it until when, ms of `Clock.now()`. */
  | {
      readonly type: 'image.sent'
      readonly imageId: string
      readonly viewerIds: readonly UserId[]
      readonly expiresAt: number
    }
  /** The message of a picture was kept, or its life has begun: the picture goes with it, at this time. */
  | { readonly type: 'image.kept'; readonly imageId: string; readonly expiresAt: number }
  /** Messages are gone, with these pictures. `expiresAt`: when the first of them was due. */
  | { readonly type: 'messages.removed'; readonly imageIds: readonly string[]; readonly expiresAt: number }
  /** A room is gone, with all pictures in it, sent or not. */
  | { readonly type: 'room.dissolved'; readonly roomId: RoomId }

/** What becomes known by one step of the engine. The events for one person are in their order. */
export interface Publication {
  readonly told: readonly Told[]
  readonly notices: readonly ServerNotice[]
}

export interface EngineStats {
  readonly rooms: number
  readonly messages: number
  readonly onlineUsers: number
  /** An estimate of what messages hold, in bytes: what the cap counts. */
  readonly bytesHeld: number
  readonly expiredMessages: number
}

/** What is held of one person's rooms: the messages that they may see, of both people. */
export type OwnStats = Pick<EngineStats, 'rooms' | 'messages' | 'bytesHeld'>

/** The commands by which people reach each other, which are counted. */
export type CountedCommands = Pick<
  Engine,
  'sendMessage' | 'removeMessage' | 'setLifetime' | 'setErasure' | 'keepLonger' | 'setTyping' | 'endRoom'
>

/**
 * Holds rooms and what is in them. What a message needs on its way answers at once where the engine can, as promises cost more
 * than the work itself; it throws then instead of rejecting.
 */
export interface Engine {
  /**
   * Opens the room of two people, or returns the one they have. Tells `room.opened` if it was not shown to the person
   * before. A person may hold 100 rooms that they alone have opened and nobody has written in; beyond that the oldest
   * dissolves.
   * @throws ChatError `not_found` when both are the same person; `blocked` when `userId` has blocked the other
   */
  openRoom(userId: UserId, otherId: UserId): Promise<RoomView>

  /** Whether a person is one of a room's two people and has not blocked the other. Costs the same for every room. */
  isMember(roomId: RoomId, userId: UserId): Promise<boolean>

  /**
   * The room as `userId` sees it, a `visit` by default. Reading also counts as being active in the room (see `dropLease`).
   * Costs what the window costs, however many messages the room holds.
   * @throws ChatError `not_found`
   */
  readRoom(roomId: RoomId, userId: UserId, ask?: WindowAsk): Promise<RoomView>

  /**
   * What a reply to a message would show to a person; null for one that no longer lives or that they may not know of.
   * @throws ChatError `not_found` for the room
   */
  readQuote(roomId: RoomId, userId: UserId, messageId: MessageId): Promise<Quote | null>

  /**
   * How far a message has come with its recipient, for the server's own work. Null once it is gone, where it is held, and while
   * the recipient has blocked its sender.
   */
  readReach(roomId: RoomId, messageId: MessageId): Promise<Reach | null>

  /**
   * The rooms that are shown to a person, the most recently active first: written in, or added to their list. What is not
   * asked for costs nothing. Nothing follows a room `before` that is not in the list.
   */
  listRooms(userId: UserId, ask: RoomListAsk): Promise<RoomList>

  /** The other people of the rooms that are shown to a person, in the order of `listRooms`; at most `limit`. */
  listOthers(userId: UserId, limit: number): Promise<readonly UserId[]>

  /**
   * Adds a message, which lives as long as the room's people chose, or the server's own lifetime, and no longer than the
   * draft allows. Where lives are counted from being seen, it goes unseen after a day, or the server's own lifetime if that is
   * longer. Idempotent on (room, sender, nonce) as long as the first message lives, and at least for the server's longest
   * life (see `longestLifeMs`): the second time returns the first message, without its text if it is gone, with
   * `duplicate: true`, changes nothing and tells nothing, even at a cap. A message to someone who has blocked
   * the sender is held: it keeps the room as an unseen one does, and only its sender is told.
   * @throws ChatError `not_found`; `person_full`, `room_full` or `server_full` at a cap, and then nothing has changed
   */
  sendMessage(roomId: RoomId, senderId: UserId, draft: Draft): Answer<Sent>

  /**
   * Deletes a message for both, as if its time had come. Tells `message.removed`.
   * @throws ChatError `not_found` for the room, for a message that no longer lives, and for one that is not one's own
   */
  removeMessage(roomId: RoomId, userId: UserId, messageId: MessageId): Promise<void>

  /**
   * Chooses how long messages live in a room, for both, from the next message on. Tells `lifetime.changed`; nothing if
   * messages live that long already. A life from being seen shows when a message was seen, so it may be chosen only while
   * both send receipts.
   * @throws ChatError `not_found`; `invalid` for a life from being seen that may not be chosen
   */
  setLifetime(roomId: RoomId, userId: UserId, lifetime: Lifetime): Promise<void>

  /**
   * Chooses, for both, whether the room is erased once both have left (see `dropLease`). Tells `erasure.changed`; nothing if
   * it is so already. It is at first, unless the grace period is 0.
   * @throws ChatError `not_found`
   */
  setErasure(roomId: RoomId, userId: UserId, erasesWhenLeft: boolean): Promise<void>

  /**
   * Keeps the messages that are about to expire: those that `messages.expiring` told of, and with them all that would go
   * within their lifetime from now, so that what is read together stays together. Each lives on for its own lifetime once
   * more, at most ten times. The warning comes a minute before a message's end, or at half of a lifetime under two minutes
   * (see `warnsAt`); then it rests for a while (see `restOf`), whatever else is due, so that in a busy room it does not always
   * stand. A held message is kept like the others, whoever asks, so that its sender notices nothing. Tells
   * `messages.kept`, or nothing if no warning stands. An engine without `keepLonger` warns of none and keeps none.
   * @throws ChatError `not_found`
   */
  keepLonger(roomId: RoomId, userId: UserId): Promise<void>

  /**
   * Takes the warning away for one person, and warns them of no message that lives now. Tells them `messages.expiring`
   * without messages if a warning stood.
   * @throws ChatError `not_found`
   */
  dismissWarning(roomId: RoomId, userId: UserId): Promise<void>

  /**
   * Moves a person's cursor up to a message of the other's and all before it. Seen implies delivered. Nothing changes and
   * nothing is told if the cursor is there or further already, for one's own message, and for one that no longer lives.
   * If the person sends no receipts, the move counts for themselves alone: for `mine`, `unread` and the room's end. The
   * other still sees `theirs` as before, no version rises, and the person is told `receipt.noted` instead of
   * `receipt.moved`. The next move that is shown shows all those before it.
   *
   * Seen, it also begins the lives that waited for that: of the other's messages that were in view, from the `seq`
   * `inViewFrom` up to the message, or of this message alone. A message that the cursor passes over without being in view
   * goes on waiting. Tells `messages.kept` with the reason `seen`, whether or not the cursor moves.
   * @throws ChatError `not_found` for the room
   */
  moveCursor(roomId: RoomId, userId: UserId, kind: CursorKind, messageId: MessageId, inViewFrom?: number): Answer<void>

  /**
   * Takes note that a person was shown how many messages had vanished, as a view or event told: each count up to its
   * `total` then. What has vanished since stays to be shown. Tells nothing, as pages that show a count keep it.
   * @throws ChatError `not_found`
   */
  noteVanishedShown(roomId: RoomId, userId: UserId, totals: VanishedTotals): Promise<void>

  /**
   * Tells the other that a person is typing, or no longer, if the person shares this and the other may hear it. Never
   * stored; whoever shows it clears it by itself.
   * @throws ChatError `not_found`
   */
  setTyping(roomId: RoomId, userId: UserId, isTyping: boolean): Promise<void>

  /**
   * Erases a room for both, at once: messages, receipts, everything. Tells `room.dissolved`, and remembers why (see
   * `listEndings`).
   * @throws ChatError `not_found`
   */
  endRoom(roomId: RoomId, userId: UserId): Promise<void>

  /**
   * Why rooms ended that were shown to a person, the latest first: those of the last day, one for each other person and a
   * hundred at most. One is forgotten when a new room of the two is shown to them. Of rooms with people whom they have
   * blocked, or had blocked when the room ended, nothing is said, nor of rooms that were `empty`.
   */
  listEndings(userId: UserId): Promise<readonly Ending[]>

  /**
   * Erases every room of a person whose account is gone, their presence, and what is remembered for them. Tells
   * `room.dissolved` for each.
   */
  forgetPerson(userId: UserId): Promise<void>

  /**
   * Takes note of what a person keeps from others from now on; until then they keep nothing. Where either of a room's people
   * sends no receipts, a life from being seen becomes the same life from sending, and no message waits to be seen any more:
   * the life of each begins now, and ends no later than it would have unseen. Tells `lifetime.changed`, also where only what
   * may be chosen has changed. Whoever they block now sees them as someone who gave up all leases at this moment with
   * `lingerMs` (see `dropLease`). Whoever they unblock sees them as they are again. What was held from them meanwhile stays
   * held, and receipts cover it as if it had come.
   * @returns those who are blocked now and were not before
   */
  setPrivacy(userId: UserId, privacy: Privacy, lingerMs: number): Promise<readonly UserId[]>

  /**
   * Takes or renews a lease on presence: one for each open connection. A person is online as long as any lease holds. A
   * lease that is not renewed for `ttlMs` lapses by itself, as when a node has crashed. Tells `presence.changed` when it is
   * the person's first.
   */
  holdLease(userId: UserId, leaseId: string, ttlMs: number): Promise<void>

  /**
   * Gives a lease up. The person counts as online for `lingerMs` more, so that a reload shows nobody as gone. If no other
   * lease holds then, they are offline, last seen when the lease was given up, and `presence.changed` is told.
   * A room in which no message lives dissolves when those to whom it is shown have all been away (no lease, no reading,
   * sending or opening) for the grace period. If it is to be erased once both have left (see `setErasure`), it does so too
   * when messages live in it, unless one is unseen, held or was kept: such messages keep the room until they are seen or
   * expire. A count of vanished messages that its person was not shown keeps the room too, for
   * `unshownMs` after it has grown; the count itself stays as long as the room does. Where the grace period is 0, five minutes
   * count.
   */
  dropLease(userId: UserId, leaseId: string, lingerMs: number): Promise<void>

  /** Presence of those of `userIds` whose presence `viewerId` may see; the others are left out. */
  readPresence(viewerId: UserId, userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, Presence>>

  readStats(): Promise<EngineStats>

  readOwnStats(userId: UserId): Promise<OwnStats>

  /** Calls `subscriber` for every publication from now on; the answer ends it. One that throws harms nobody else. */
  subscribe(subscriber: (publication: Publication) => void): () => void

  /** Ends all timers, and forgets all that this process itself holds. */
  stop(): Promise<void>
}

/** What every engine is given. Durations in milliseconds, memory in bytes. */
export interface EngineOptions {
  /** How long messages live in a room whose people have chosen nothing else. */
  readonly messageTtlMs: number
  /** The longest life that a room may choose; it says how long nonces are remembered (see `longestLifeMs`). */
  readonly messageTtlMaxMs: number
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

/** The totals of the counts of vanished messages: what whoever is shown the counts as they are has been shown. */
export function totalsOf({ theirs, mine }: Vanished): VanishedTotals {
  return { theirs: theirs.total, mine: mine.total }
}

/** How far a message may have come. */
export const messageStatuses = ['sent', ...cursorKinds] as const
/** How far a message has come. */
export type MessageStatus = (typeof messageStatuses)[number]

/** The status of a message, read off its recipient's cursors. */
export function messageStatusOf(message: Pick<Message, 'seq'>, recipient: Cursors): MessageStatus {
  if (message.seq <= recipient.seen) return 'seen'
  return message.seq <= recipient.delivered ? 'delivered' : 'sent'
}
