// Long because it models the whole engine.
import {
  type CursorKind,
  type Cursors,
  countBytes,
  type Draft,
  type EngineOptions,
  type Lifetime,
  type Message,
  type RoomId,
  type SeqRange,
  type UserId,
  unshownMs,
} from '#src/chat/engine.js'

interface ModelSeat {
  cursors: Cursors
  activeAt: number
  hasEntered: boolean
  isShown: boolean
  /** When it was last put to the top of that person's list, and after how many others. */
  raisedAt: number
  raised: number
  /** How many messages vanished unseen, of the other's and of one's own, and after which message each count stands. */
  readonly vanished: { readonly theirs: ModelCount; readonly mine: ModelCount }
  /** Until when the room is kept for the sake of these. */
  unshownUntil: number
}

interface ModelCount {
  total: number
  readonly shown: number
  afterSeq: number
}

/** A room as the model keeps it. */
export interface ModelRoom {
  readonly id: RoomId
  readonly seats: ReadonlyMap<UserId, ModelSeat>
  version: number
  seq: number
  messages: Message[]
  lifetime: Lifetime | null
  /** The messages that are gone and whose nonces are remembered. */
  gone: Message[]
  erasesWhenLeft: boolean
}

interface ModelLease {
  readonly userId: UserId
  readonly leaseId: string
  until: number
  givenUpAt: number | null
}

/** The engine in its simplest form: it looks at everything in every millisecond. */
export class Model {
  rooms: ModelRoom[] = []
  expiredMessages = 0
  #raised = 0
  #leases: ModelLease[] = []
  readonly #lastHeld = new Map<UserId, number>()

  constructor(
    readonly options: EngineOptions,
    public now: number,
  ) {}

  find(userId: UserId, otherId: UserId): ModelRoom | undefined {
    return this.rooms.find(room => userId !== otherId && room.seats.has(userId) && room.seats.has(otherId))
  }

  seat(room: ModelRoom, userId: UserId): ModelSeat {
    const seat = room.seats.get(userId)
    if (seat === undefined) throw new Error(`${userId} has no seat in that room`)
    return seat
  }

  open(id: RoomId, userId: UserId, otherId: UserId): void {
    const seat = () => {
      const cursors = { delivered: 0, seen: 0 }
      const vanished = { theirs: { total: 0, shown: 0, afterSeq: 0 }, mine: { total: 0, shown: 0, afterSeq: 0 } }
      return {
        cursors,
        vanished,
        unshownUntil: 0,
        activeAt: 0,
        hasEntered: false,
        isShown: false,
        raisedAt: 0,
        raised: 0,
      }
    }
    const seats = new Map([userId, otherId].map(each => [each, seat()]))
    const room = { id, seats, version: 1, seq: 0, messages: [], lifetime: null, gone: [], erasesWhenLeft: true }
    this.rooms.push(room)
    this.enter(room, userId)
  }

  /** Somebody does something in a room. */
  enter(room: ModelRoom, userId: UserId): void {
    const seat = this.seat(room, userId)
    seat.activeAt = this.now
    seat.hasEntered = true
    if (!seat.isShown) this.#raise(seat)
  }

  /** The rooms of a person's list, in its order. */
  listed(userId: UserId): ModelRoom[] {
    const rooms = this.rooms.filter(room => room.seats.get(userId)?.isShown)
    return rooms.sort((a, b) => this.seat(b, userId).raised - this.seat(a, userId).raised)
  }

  /** The message that a send must be answered with if it is a duplicate, or the code of its refusal, or null. */
  foresee(
    room: ModelRoom,
    senderId: UserId,
    draft: Draft,
  ): Message | 'person_full' | 'room_full' | 'server_full' | null {
    const isFirst = (message: Message) => message.senderId === senderId && message.nonce === draft.nonce
    const first = room.messages.find(isFirst) ?? room.gone.find(isFirst)
    if (first !== undefined) return first
    if (this.bytesSentBy(senderId) + countBytes(draft) > this.options.maxBytesPerPerson) return 'person_full'
    if (room.messages.length >= this.options.roomMaxMessages) return 'room_full'
    return this.bytesHeld + countBytes(draft) > this.options.maxBytes ? 'server_full' : null
  }

  /** How long a message of a draft lives, ms. */
  lifetimeOf({ lifetime }: ModelRoom, { mostLifetimeMs = Number.POSITIVE_INFINITY }: Draft): number {
    return Math.min(lifetime?.lifetimeMs ?? this.options.messageTtlMs, mostLifetimeMs)
  }

  /** After how long a message of a draft goes that nobody sees, ms. */
  untilGoneOf(room: ModelRoom, draft: Draft): number {
    const { mostLifetimeMs = Number.POSITIVE_INFINITY } = draft
    return room.lifetime?.from === 'seen'
      ? Math.min(this.options.messageTtlMs, mostLifetimeMs)
      : this.lifetimeOf(room, draft)
  }

  add(room: ModelRoom, message: Message): void {
    room.messages.push(message)
    room.seq += 1
    room.version += 1
    for (const seat of room.seats.values()) this.#raise(seat)
  }

  move(room: ModelRoom, userId: UserId, kind: CursorKind, messageId: string, inViewFrom?: number): void {
    const seat = this.seat(room, userId)
    if (kind === 'seen') this.enter(room, userId)
    const message = room.messages.find(({ id }) => id === messageId)
    if (message === undefined || message.senderId === userId) return
    const { seq } = message
    if (seq > seat.cursors[kind]) {
      const delivered = Math.max(seat.cursors.delivered, seq)
      seat.cursors = { delivered, seen: kind === 'seen' ? seq : seat.cursors.seen }
      room.version += 1
    }
    if (kind === 'seen') this.#begin(room, userId, { from: inViewFrom ?? seq, to: seq })
  }

  choose(room: ModelRoom, userId: UserId, lifetime: Lifetime): void {
    this.enter(room, userId)
    if (room.lifetime?.lifetimeMs === lifetime.lifetimeMs && room.lifetime.from === lifetime.from) return
    room.lifetime = lifetime
    room.version += 1
  }

  erase(room: ModelRoom, userId: UserId, erasesWhenLeft: boolean): void {
    this.enter(room, userId)
    if (room.erasesWhenLeft === erasesWhenLeft) return
    room.erasesWhenLeft = erasesWhenLeft
    room.version += 1
  }

  end(room: ModelRoom): void {
    this.rooms = this.rooms.filter(other => other !== room)
    this.#tidy()
  }

  forget(userId: UserId): void {
    this.rooms = this.rooms.filter(room => !room.seats.has(userId))
    this.#leases = this.#leases.filter(lease => lease.userId !== userId)
    this.#tidy()
  }

  hold(userId: UserId, leaseId: string, ttlMs: number): void {
    this.#leases = this.#leases.filter(lease => lease.userId !== userId || lease.leaseId !== leaseId)
    this.#leases.push({ userId, leaseId, until: this.now + ttlMs, givenUpAt: null })
  }

  drop(userId: UserId, leaseId: string, lingerMs: number): void {
    const lease = this.#leases.find(held => held.userId === userId && held.leaseId === leaseId)
    if (lease === undefined || lease.givenUpAt !== null) return
    lease.givenUpAt = this.now
    lease.until = this.now + lingerMs
    this.#sweep()
  }

  advance(ms: number): void {
    for (let step = 0; step < ms; step += 1) {
      this.now += 1
      this.#sweep()
    }
  }

  isOnline(userId: UserId): boolean {
    return this.#leases.some(lease => lease.userId === userId)
  }

  lastSeen(userId: UserId): number | null {
    return this.isOnline(userId) ? null : (this.#lastHeld.get(userId) ?? null)
  }

  unread(room: ModelRoom, userId: UserId): number {
    const { seen } = this.seat(room, userId).cursors
    return room.messages.filter(message => message.senderId !== userId && message.seq > seen).length
  }

  get bytesHeld(): number {
    return this.rooms.flatMap(room => room.messages).reduce((sum, message) => sum + countBytes(message), 0)
  }

  bytesSentBy(userId: UserId): number {
    const sent = this.rooms.flatMap(room => room.messages).filter(({ senderId }) => senderId === userId)
    return sent.reduce((sum, message) => sum + countBytes(message), 0)
  }

  #begin(room: ModelRoom, userId: UserId, { from, to }: SeqRange): void {
    const begins = ({ senderId, seq, hasBegun }: Message) =>
      !hasBegun && senderId !== userId && seq >= from && seq <= to
    if (!room.messages.some(begins)) return
    room.version += 1
    room.messages = room.messages.map(message =>
      begins(message) ? { ...message, hasBegun: true, expiresAt: this.now + message.lifetimeMs } : message,
    )
  }

  #sweep(): void {
    for (const lease of this.#leases.filter(({ until }) => until <= this.now)) {
      const endedAt = lease.givenUpAt ?? lease.until
      this.#lastHeld.set(lease.userId, Math.max(this.#lastHeld.get(lease.userId) ?? 0, endedAt))
    }
    this.#leases = this.#leases.filter(({ until }) => until > this.now)
    for (const room of this.rooms) {
      const living = room.messages.filter(message => message.expiresAt > this.now)
      const gone = room.messages.filter(message => message.expiresAt <= this.now)
      for (const message of gone) this.#countVanished(room, message)
      this.expiredMessages += gone.length
      room.gone.push(...gone.map(message => ({ ...message, text: '', image: null })))
      if (living.length < room.messages.length) room.version += 1
      room.messages = living
    }
    this.rooms = this.rooms.filter(room => !this.#isOver(room))
    this.#tidy()
  }

  #countVanished(room: ModelRoom, { senderId, seq }: Message): void {
    for (const [userId, seat] of room.seats) {
      if (userId === senderId || seq <= seat.cursors.seen) continue
      const sender = this.seat(room, senderId)
      for (const each of [seat, sender]) each.unshownUntil = this.now + unshownMs
      const { theirs } = seat.vanished
      theirs.total += 1
      theirs.afterSeq = Math.max(theirs.afterSeq, seq)
      sender.vanished.mine.total += 1
      sender.vanished.mine.afterSeq = room.seq
    }
  }

  #isOver(room: ModelRoom): boolean {
    if ([...room.seats.values()].some(({ unshownUntil }) => unshownUntil > this.now)) return false
    const shown = [...room.seats].filter(([, { isShown }]) => isShown)
    const isUnread = [...room.seats.keys()].some(userId => this.unread(room, userId) > 0)
    if (room.erasesWhenLeft ? isUnread : room.messages.length > 0) return false
    return shown.every(([userId, seat]) => {
      const since = Math.max(seat.activeAt, this.#lastHeld.get(userId) ?? 0)
      return !this.isOnline(userId) && since + this.options.roomGraceMs <= this.now
    })
  }

  #raise(seat: ModelSeat): void {
    this.#raised += 1
    seat.isShown = true
    seat.raisedAt = this.now
    seat.raised = this.#raised
  }

  #tidy(): void {
    for (const userId of this.#lastHeld.keys()) {
      if (!this.isOnline(userId) && !this.rooms.some(room => room.seats.has(userId))) this.#lastHeld.delete(userId)
    }
  }
}
