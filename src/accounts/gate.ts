import type { Limit, LimitResult } from '../limit.js'
import { addressKey, type Limits, refuseOver } from '../limits.js'
import type { Account } from './account.js'
import { loginInput, parseInput } from './account-input.js'
import type { PasswordGuard } from './password-guard.js'
import type { People } from './people.js'

/** Somebody at the door, of whom nothing is known yet but where they come from. */
export interface Visitor {
  readonly address: string | undefined
  /** Told how far the limit on the address has got, before it may refuse. */
  onCounted?(limit: Limit, result: LimitResult): void
}

export interface GateOptions {
  readonly people: People
  readonly limits: Pick<Limits, 'authAddress'>
  readonly guard: PasswordGuard
}

/** Logging in and registering, each held to its limits: the same for pages and programs. */
export class Gate {
  readonly #options: GateOptions

  constructor(options: GateOptions) {
    this.#options = options
  }

  /**
   * The account that `{ email, password }` belongs to. Only a log-in that failed counts against the account.
   * @throws InvalidInput; ChatError `rate_limited`, `unauthenticated`, `server_busy`
   */
  async logIn(input: unknown, visitor: Visitor): Promise<Account> {
    this.#countAddress(visitor)
    const { people, guard } = this.#options
    const { email, password } = parseInput(loginInput, input)
    return guard({ email, address: visitor.address }, () => people.logIn(email, password))
  }

  /**
   * Creates an account from `{ username, email, password, invite }`.
   * @throws InvalidInput; ChatError `registration_closed`, `invite_needed`, `rate_limited`, `server_busy`
   */
  async register(input: unknown, visitor: Visitor): Promise<Account> {
    this.#countAddress(visitor)
    return this.#options.people.register(input)
  }

  #countAddress(visitor: Visitor): void {
    const { authAddress } = this.#options.limits
    refuseOver(authAddress, addressKey(visitor.address), result => visitor.onCounted?.(authAddress, result))
  }
}
