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

interface Account {
  bytes: number
  readonly shares: Set<Share>
}

/**
 * The bytes that the server holds for each person until they are read, over all their connections and answers. Over the
 * limit, connections are cut, the one furthest behind first, and answers are refused. A single item may be larger than
 * the limit; otherwise it could never be delivered.
 */
export class Unread {
  readonly #mostBytes: number
  readonly #onCut: () => void
  readonly #accounts = new Map<UserId, Account>()

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
    const held = this.#accounts.get(userId)?.bytes ?? 0
    return held === 0 || held + bytes <= this.#mostBytes
  }

  /**
   * Starts to count a connection or an answer.
   * @param cut ends the connection at once; null for an answer, which is never cut for what others hold
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
