import type { UserId } from './chat/engine.js'

/** The unread bytes of one connection or answer. */
export interface UnreadShare {
  /**
   * Notes how many bytes wait now. If that is too much for the person, one of their connections is cut, maybe this one.
   */
  set(bytes: number): void
  /** Ends the count: nothing waits any more. */
  end(): void
}

interface Share {
  bytes: number
  readonly cut: (() => void) | null
}

/** All that one person has not read. */
interface PersonShares {
  bytes: number
  readonly shares: Set<Share>
}

/**
 * The bytes that the server holds for each person until they are read, over all their connections and answers. Over the
 * limit, connections are cut, the one furthest behind first, and answers are refused. A single item may be larger than
 * the limit; otherwise it could never be delivered.
 */
export class UnreadBytes {
  readonly #mostBytes: number
  readonly #onCut: () => void
  readonly #byUser = new Map<UserId, PersonShares>()

  /**
   * @param mostBytes for each person
   * @param onCut called for each connection that is cut
   */
  constructor(mostBytes: number, onCut: () => void = () => {}) {
    this.#mostBytes = mostBytes
    this.#onCut = onCut
  }

  /** Whether so many more bytes may wait for a person. */
  hasRoomFor(userId: UserId, bytes: number): boolean {
    const held = this.#byUser.get(userId)?.bytes ?? 0
    return held === 0 || held + bytes <= this.#mostBytes
  }

  /**
   * Starts to count a connection or an answer.
   * @param cut ends the connection at once; null for an answer, which is never cut for what others hold
   */
  open(userId: UserId, cut: (() => void) | null): UnreadShare {
    const ofPerson = this.#byUser.get(userId) ?? { bytes: 0, shares: new Set() }
    const share: Share = { bytes: 0, cut }
    this.#byUser.set(userId, ofPerson)
    ofPerson.shares.add(share)
    return {
      set: bytes => {
        if (!ofPerson.shares.has(share)) return
        ofPerson.bytes += bytes - share.bytes
        share.bytes = bytes
        this.#cutDown(userId, ofPerson)
      },
      end: () => this.#end(userId, ofPerson, share),
    }
  }

  #end(userId: UserId, ofPerson: PersonShares, share: Share): void {
    if (!ofPerson.shares.delete(share)) return
    ofPerson.bytes -= share.bytes
    if (ofPerson.shares.size === 0) this.#byUser.delete(userId)
  }

  #cutDown(userId: UserId, ofPerson: PersonShares): void {
    while (ofPerson.bytes > this.#mostBytes) {
      const furthest = furthestBehind(ofPerson)
      if (!furthest?.cut || furthest.bytes === ofPerson.bytes) return
      this.#end(userId, ofPerson, furthest)
      furthest.cut()
      this.#onCut()
    }
  }
}

function furthestBehind({ shares }: PersonShares): Share | null {
  let furthest: Share | null = null
  for (const share of shares) if (share.cut && share.bytes > (furthest?.bytes ?? 0)) furthest = share
  return furthest
}
