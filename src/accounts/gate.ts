import type { Answer } from '../chat/answer.js'
import { addressKey, type Limits, refuseOver } from '../limits.js'
import type { LimitResult, RateLimit } from '../rate-limit.js'
import type { Account } from './account.js'
import { loginInput, parseInput } from './account-input.js'
import type { PasswordGuard } from './password-guard.js'
import type { People } from './people.js'

/** Someone who is not logged in, of whom only the address is known. */
export interface Visitor {
  readonly address: string | undefined
  /** Called with the state of the limit on the address, also when it refuses. */
  onCounted?(limit: RateLimit, result: LimitResult): void
}

/** What `Gate` needs. */
export interface GateOptions {
  readonly people: People
  readonly limits: Pick<Limits, 'authAddress'>
  readonly guard: PasswordGuard
}

/** Logging in and registering within their limits, for pages and programs alike. */
export class Gate {
  readonly #options: GateOptions

  constructor(options: GateOptions) {
    this.#options = options
  }

  /**
   * The account that `{ email, password }` belongs to. Only failed log-ins count against the account.
   * @throws InvalidInput; ChatError `rate_limited`, `unauthenticated`, `server_busy`
   */
  async logIn(input: unknown, visitor: Visitor): Promise<Account> {
    await this.#countAddress(visitor)
    const { people, guard } = this.#options
    const { email, password } = parseInput(loginInput, input)
    return guard({ email, address: visitor.address }, () => people.logIn(email, password))
  }

  /**
   * Creates an account from `{ username, email, password, invite }`.
   * @throws InvalidInput; ChatError `registration_closed`, `invite_needed`, `rate_limited`, `server_busy`
   */
  async register(input: unknown, visitor: Visitor): Promise<Account> {
    await this.#countAddress(visitor)
    return this.#options.people.register(input)
  }

  /**
   * Counts one more log-in by what was right a moment ago.
   * @throws ChatError `rate_limited`
   */
  countRepeat(visitor: Visitor): Answer<void> {
    return this.#countAddress(visitor)
  }

  #countAddress(visitor: Visitor): Answer<void> {
    const { authAddress } = this.#options.limits
    return refuseOver(authAddress, addressKey(visitor.address), result => visitor.onCounted?.(authAddress, result))
  }
}
