import type { UserId } from './chat/engine.js'

/** What one connection or answer holds of what its person has not read. */
export interface UnreadShare {
  /** Notes how many bytes wait now. Where that is too much for the person, one of their connections is cut: this, perhaps. */
  set(bytes: number): void
  /** Nothing waits any more, nor ever will. */
  end(): void
}

interface Share {
  bytes: number
  readonly cut: (() => void) | null
}

interface Account {
  bytes: number
  readonly shares: Set<Share>
}

/**
 * What the server holds for each person that they have not read yet, over all their connections and answers. Beyond a
 * limit a connection is cut, the one furthest behind first, and an answer is refused. A single item may be larger than the
 * limit; otherwise it could never be delivered.
 */
export class Unread {
  readonly #mostBytes: number
  readonly #onCut: () => void
  readonly #accounts = new Map<UserId, Account>()

  /**
   * @param mostBytes for each person
   * @param onCut told of each connection that is cut
   */
  constructor(mostBytes: number, onCut: () => void = () => {}) {
    this.#mostBytes = mostBytes
    this.#onCut = onCut
  }

  /** Whether a person may have so many bytes more wait for them. */
  hasRoomFor(userId: UserId, bytes: number): boolean {
    const held = this.#accounts.get(userId)?.bytes ?? 0
    return held === 0 || held + bytes <= this.#mostBytes
  }

  /**
   * Begins to count what a connection or an answer holds.
   * @param cut ends a connection at once; null for an answer, which is not cut for what others hold
   */
  open(userId: UserId, cut: (() => void) | null): UnreadShare {
    const account = this.#accounts.get(userId) ?? { bytes: 0, shares: new Set() }
    const share: Share = { bytes: 0, cut }
    this.#accounts.set(userId, account)
    account.shares.add(share)
    return {
      set: bytes => {
        if (!account.shares.has(share)) return
        account.bytes += bytes - share.bytes
        share.bytes = bytes
        this.#cutDown(userId, account)
      },
      end: () => this.#end(userId, account, share),
    }
  }

  #end(userId: UserId, account: Account, share: Share): void {
    if (!account.shares.delete(share)) return
    account.bytes -= share.bytes
    if (account.shares.size === 0) this.#accounts.delete(userId)
  }

  #cutDown(userId: UserId, account: Account): void {
    while (account.bytes > this.#mostBytes) {
      const furthest = furthestBehind(account)
      if (!furthest?.cut || furthest.bytes === account.bytes) return
      this.#end(userId, account, furthest)
      furthest.cut()
      this.#onCut()
    }
  }
}

function furthestBehind({ shares }: Account): Share | null {
  let furthest: Share | null = null
  for (const share of shares) if (share.cut && share.bytes > (furthest?.bytes ?? 0)) furthest = share
  return furthest
}
