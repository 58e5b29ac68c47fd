import { randomBytes } from 'node:crypto'
import type { ChosenLifetime, Cursors, Lifetime, Presence, UserId, Vanished } from '#src/chat/engine.js'
import { type Standing, shownTo } from '#src/chat/privacy.js'
import type { Duty } from './due-queue.js'
import { ListedRooms, type ListPlace } from './listed-rooms.js'
import type { Side } from './message-block.js'
import { MessageList } from './message-list.js'
import type { Slabs } from './slabs.js'
import { Timeline } from './timeline.js'

/** One open connection. It holds until `until`; `givenUpAt` is set while it lingers. Both in ms of `Clock.now()`. */
export interface Lease {
  until: number
  givenUpAt: number | null
}

/** Whether someone is here; `lastHeldAt`: when they were here last, in ms of `Clock.now()`, 0 for never. */
export interface Attendance {
  isOnline: boolean
  lastHeldAt: number
}

/** What the blocked go on seeing of someone: what was so at the block. */
export interface AtBlock extends Attendance {
  readonly sendsReceipts: boolean
}

/** What a person keeps from others. */
export interface PrivacyChoice {
  readonly sendsReceipts: boolean
  readonly sendsTyping: boolean
  /** Whom they have blocked, with what each of these goes on seeing of them. */
  readonly blocked: ReadonlyMap<UserId, AtBlock>
}

/** A count of messages that vanished before the other saw them, as one person may know it. */
export interface Count {
  total: number
  shown: number
  afterSeq: number
  /** Until when it keeps the room, in ms of `Clock.now()`; 0 when it does not. Of the other's messages the held ones count too. */
  unshownUntil: number
}

/** A person, as long as they have a room or a lease. `lastHeldAt`: when the latest ended lease was given up or lapsed. */
export class Person implements Attendance {
  /** Their rooms, by the other person. */
  readonly rooms = new Map<UserId, Room>()
  /** The rooms that are shown to them, without those with people whom they have blocked. */
  readonly listed = new ListedRooms<Member>()
  /** The rooms that they alone have opened and nobody has written in, the oldest first. */
  readonly unshared = new Set<Room>()
  /** What the living messages that they sent count for, in bytes. */
  bytesSent = 0
  /** How many nonces of messages are remembered that are gone. */
  goneMessages = 0
  readonly leases = new Map<string, Lease>()
  isOnline = false
  lastHeldAt = 0
  /** Their presence while they are here. Kept, as each event tells of it. */
  readonly online: Presence

  /** @param leaseDuty performed when a lease may have ended */
  constructor(
    readonly id: UserId,
    public privacy: PrivacyChoice,
    readonly leaseDuty: Duty,
  ) {
    this.online = { userId: id, isOnline: true, lastSeen: null }
  }
}

/** One of a room's two people: how far they have got, what they have not seen, and what they may know of. */
export class Member implements Standing, ListPlace<Member> {
  cursors: Cursors = { delivered: 0, seen: 0 }
  /** The cursors as the other sees them: behind the real ones while this person sends no receipts. */
  shownCursors: Cursors = this.cursors
  /** The room's version for this person. */
  version = 1
  isShown = false
  hasEntered = false
  /** When this person was last active in the room (opened, read, sent), in ms of `Clock.now()`; 0 for never. */
  activeAt = 0
  /** When the room last went to the top of this person's list, in ms of `Clock.now()`. */
  raisedAt = 0
  isListed = false
  previous: Member | null = null
  next: Member | null = null
  /** Living messages of the other that this person has not seen. */
  unread = 0
  /** The other's messages that vanished before this person saw them, and their own that did before the other saw them. */
  readonly vanished: Readonly<Record<keyof Vanished, Count>> = {
    theirs: { total: 0, shown: 0, afterSeq: 0, unshownUntil: 0 },
    mine: { total: 0, shown: 0, afterSeq: 0, unshownUntil: 0 },
  }
  /** Living messages of the other that are held from this person. */
  held = 0
  /** The living messages that this person may know of, and what they count for, in bytes. */
  messages = 0
  bytes = 0
  /** What the living messages that this person sent in the room count for, in bytes. */
  bytesSent = 0
  /** The messages that they sent, that are gone and whose nonce is remembered; null when there is none. */
  gone: GoneList | null = null
  /** The newest message when this person dismissed a warning: they are warned of none up to it. */
  dismissedUpTo = 0

  /** @param side which of `room.members` this is */
  constructor(
    readonly room: Room,
    readonly person: Person,
    readonly side: Side,
  ) {}

  get id(): UserId {
    return this.person.id
  }

  get other(): Member {
    return this.room.members[this.side === 0 ? 1 : 0]
  }

  get hasBlocked(): boolean {
    const { blocked } = this.person.privacy
    return blocked.size > 0 && blocked.has(this.other.id)
  }

  get sendsReceipts(): boolean {
    return this.person.privacy.sendsReceipts
  }

  /** Whether this person sends receipts, as the other sees it. */
  get shownSendsReceipts(): boolean {
    return shownTo<Pick<AtBlock, 'sendsReceipts'>>(this.person.privacy, this.person.privacy.blocked.get(this.other.id))
      .sendsReceipts
  }

  get sendsTyping(): boolean {
    return this.person.privacy.sendsTyping
  }

  /** Presence as the other sees it; for someone whom this person blocked, frozen at the block. */
  get shownAttendance(): Attendance {
    return shownTo<Attendance>(this.person, this.person.privacy.blocked.get(this.other.id))
  }

  /** `shownAttendance` as a `Presence`. */
  get presence(): Presence {
    const { isOnline, lastHeldAt } = this.shownAttendance
    if (isOnline) return this.person.online
    return { userId: this.id, isOnline, lastSeen: lastHeldAt === 0 ? null : lastHeldAt }
  }
}

/** The messages of a sender in a room that are gone, as a list of records (see `GoneMessages`). */
export interface GoneList {
  readonly number: number
  readonly sender: Member
  oldest: number
  newest: number
}

/** A room: its two people and the messages between them. */
export class Room {
  readonly id = randomBytes(16).toString('base64url')
  readonly epoch = randomBytes(6).toString('base64url')
  readonly members: readonly [Member, Member]
  readonly messages: MessageList
  readonly timeline = new Timeline()
  /** The `seq` of the last message that was sent, whether or not it lives. */
  lastSeq = 0
  lifetime: ChosenLifetime | null = null

  /**
   * @param duty performed when a message expires or is warned of, or the room may dissolve
   * @param keepLonger whether messages may be kept beyond their time
   * @param erasesWhenLeft whether it is erased once both have left, though messages live in it
   */
  constructor(
    opener: Person,
    other: Person,
    readonly duty: Duty,
    keepLonger: boolean,
    public erasesWhenLeft: boolean,
    slabs?: Slabs,
  ) {
    this.members = [new Member(this, opener, 0), new Member(this, other, 1)]
    this.messages = new MessageList(this.id, [opener.id, other.id], keepLonger, slabs)
  }

  /** How long messages live that are sent now. `messageTtlMs`: where its people chose nothing. */
  lifetimeWith(messageTtlMs: number): Lifetime {
    return this.lifetime ?? { lifetimeMs: messageTtlMs, from: 'sent' }
  }

  /** One of its people; undefined for anyone else. */
  member(userId: UserId): Member | undefined {
    return this.members.find(({ id }) => id === userId)
  }
}
