import type { UserId } from './chat/engine.js'

/** The unread bytes of one connection or answer. */
export interface UnreadShare {
  /**
   * Notes how many bytes wait now. If that is too much for the person, one of their connections is cut, maybe this one; if it is too
   * much for the server, what waits for whoever holds most, maybe this.
   */
  set(bytes: number): void
  /** Ends the count: nothing waits any more. */
  end(): void
}

/** How many bytes may wait for one person, and for all together. */
export interface UnreadLimits {
  readonly each: number
  readonly all: number
}

interface Share {
  bytes: number
  /** What it takes beside them, which counts for all together alone. */
  readonly around: number
  readonly isAnswer: boolean
  readonly cut: () => void
}

/** All that one person has not read. */
interface PersonShares {
  bytes: number
  around: number
  readonly shares: Set<Share>
}

/**
 * The bytes that the server holds for each person until they are read, over all their connections and answers. Over their limit,
 * their connections are cut, the one furthest behind first, and answers are refused. Over that of all, whoever holds most gives way:
 * of theirs, connection or answer, what is furthest behind is cut. A single item may be larger than a limit; otherwise it could never
 * be delivered.
 */
export class UnreadBytes {
  readonly limits: UnreadLimits
  readonly #onCut: () => void
  readonly #byUser = new Map<UserId, PersonShares>()
  #bytes = 0
  #around = 0
  /** What is called when less of a person's is unread. */
  readonly #whenLess = new Map<UserId, Set<() => void>>()

  /** @param onCut called for each connection or answer that is cut */
  constructor(limits: UnreadLimits, onCut: () => void = () => {}) {
    this.limits = limits
    this.#onCut = onCut
  }

  /** How many bytes wait for all people together, with what is around them. */
  get bytes(): number {
    return this.#bytes + this.#around
  }

  /**
   * Whether an item of so many bytes may wait for a person, as far as their own limit goes.
   * @param counted how many of them are counted already
   */
  hasRoomFor(userId: UserId, bytes: number, counted = 0): boolean {
    const others = (this.#byUser.get(userId)?.bytes ?? 0) - counted
    return others === 0 || others + bytes <= this.limits.each
  }

  /** The same as far as the limit of all goes. */
  hasRoomInAll(bytes: number, counted = 0): boolean {
    return this.#bytes === counted || this.bytes - counted + bytes <= this.limits.all
  }

  /**
   * Makes room for an item of a person: cuts what those hold who would still hold more. Returns whether there is room.
   * @param bytes its length
   * @param counted how many of them are counted already
   */
  makeRoom(userId: UserId, bytes: number, counted = 0): boolean {
    while (!this.hasRoomInAll(bytes, counted)) {
      const [largestId, largest] = this.#largest()
      const ofPerson = this.#byUser.get(userId)
      const held = ofPerson ? sizeOf(ofPerson) - counted : 0
      if (largest === null || largestId === userId || sizeOf(largest) <= held + bytes) return false
      if (!this.#cutOfAll(largestId, largest)) return false
    }
    return true
  }

  /** Calls back each time that fewer bytes wait for a person, until the function that it returns is called. */
  onLess(userId: UserId, callback: () => void): () => void {
    const waiting = this.#whenLess.get(userId) ?? new Set()
    this.#whenLess.set(userId, waiting.add(callback))
    return () => {
      if (waiting.delete(callback) && waiting.size === 0) this.#whenLess.delete(userId)
    }
  }

  /**
   * Starts to count a connection.
   * @param cut ends it at once
   */
  open(userId: UserId, cut: () => void): UnreadShare {
    return this.#open(userId, { bytes: 0, around: 0, isAnswer: false, cut })
  }

  /**
   * Starts to count an answer, which is not cut for what else the person holds, but may be for what all hold.
   * @param cut ends it at once, with its connection
   * @param around how many bytes it takes until it ends beside those that `set` notes; they count for all together alone
   */
  openAnswer(userId: UserId, cut: () => void, around = 0): UnreadShare {
    return this.#open(userId, { bytes: 0, around, isAnswer: true, cut })
  }

  #open(userId: UserId, share: Share): UnreadShare {
    const ofPerson = this.#byUser.get(userId) ?? { bytes: 0, around: 0, shares: new Set() }
    this.#byUser.set(userId, ofPerson)
    ofPerson.shares.add(share)
    this.#count(userId, ofPerson, 0, share.around)
    this.#cutLargest()
    return {
      set: bytes => {
        if (!ofPerson.shares.has(share)) return
        this.#count(userId, ofPerson, bytes - share.bytes, 0)
        share.bytes = bytes
        this.#cutDown(userId, ofPerson)
        this.#cutLargest()
      },
      end: () => this.#end(userId, ofPerson, share),
    }
  }

  #count(userId: UserId, ofPerson: PersonShares, more: number, around: number): void {
    ofPerson.bytes += more
    ofPerson.around += around
    this.#bytes += more
    this.#around += around
    if (more >= 0) return
    for (const callback of this.#whenLess.get(userId) ?? []) callback()
  }

  #end(userId: UserId, ofPerson: PersonShares, share: Share): void {
    if (!ofPerson.shares.delete(share)) return
    this.#count(userId, ofPerson, -share.bytes, -share.around)
    if (ofPerson.shares.size === 0) this.#byUser.delete(userId)
  }

  #cutDown(userId: UserId, ofPerson: PersonShares): void {
    while (ofPerson.bytes > this.limits.each) {
      const furthest = furthestBehind(ofPerson, ({ isAnswer }) => !isAnswer)
      if (!furthest || furthest.bytes === ofPerson.bytes) return
      this.#cut(userId, ofPerson, furthest)
    }
  }

  #cutLargest(): void {
    while (this.bytes > this.limits.all) {
      const [userId, largest] = this.#largest()
      if (largest === null || !this.#cutOfAll(userId, largest)) return
    }
  }

  #largest(): [UserId, PersonShares | null] {
    let [largest, most]: [[UserId, PersonShares | null], number] = [['', null], 0]
    for (const entry of this.#byUser) {
      const size = sizeOf(entry[1])
      if (size > most) [largest, most] = [entry, size]
    }
    return largest
  }

  /** Cuts what is furthest behind of a person; returns false where that is all that there is. */
  #cutOfAll(userId: UserId, ofPerson: PersonShares): boolean {
    const furthest = furthestBehind(ofPerson)
    if (!furthest || sizeOf(furthest) === this.bytes) return false
    this.#cut(userId, ofPerson, furthest)
    return true
  }

  #cut(userId: UserId, ofPerson: PersonShares, share: Share): void {
    this.#end(userId, ofPerson, share)
    share.cut()
    this.#onCut()
  }
}

function sizeOf({ bytes, around }: Pick<Share, 'bytes' | 'around'>): number {
  return bytes + around
}

/** Of those that are equally far behind the newest, so that the others come to their end. */
function furthestBehind({ shares }: PersonShares, isMeant: (share: Share) => boolean = () => true): Share | null {
  let furthest: Share | null = null
  for (const share of shares) {
    if (isMeant(share) && sizeOf(share) > 0 && sizeOf(share) >= (furthest ? sizeOf(furthest) : 0)) furthest = share
  }
  return furthest
}
