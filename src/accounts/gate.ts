import { ChatError } from '../chat/errors.js'
import { addressKey, type Limit, type LimitResult, type Limits, refuseOver } from '../limits.js'
import type { Account } from './account.js'
import { emailKey } from './account.js'
import { loginInput, parseInput } from './account-input.js'
import type { People } from './people.js'

/** Somebody at the door, of whom nothing is known yet but where they come from. */
export interface Visitor {
  readonly address: string | undefined
  /** Told how far the limit on the address has got, before it may refuse. */
  onCounted?(limit: Limit, result: LimitResult): void
}

/** Logging in and registering, each held to its limits: the same for pages and programs. */
export class Gate {
  readonly #people: People
  readonly #limits: Pick<Limits, 'auth' | 'authAddress'>

  constructor(people: People, limits: Pick<Limits, 'auth' | 'authAddress'>) {
    this.#people = people
    this.#limits = limits
  }

  /**
   * The account that `{ email, password }` belongs to. Only a log-in that failed counts against the account.
   * @throws InvalidInput; ChatError `rate_limited`, `unauthenticated`, `server_busy`
   */
  async logIn(input: unknown, visitor: Visitor): Promise<Account> {
    const address = addressKey(visitor.address)
    await this.#countAddress(address, visitor)
    const { email, password } = parseInput(loginInput, input)
    const { auth } = this.#limits
    const key = `${emailKey(email)} ${address}`
    await refuseOver(auth, key)
    try {
      const account = await this.#people.logIn(email, password)
      await auth.refund(key)
      return account
    } catch (error) {
      if (error instanceof ChatError && error.code === 'server_busy') await auth.refund(key)
      throw error
    }
  }

  /**
   * Creates an account from `{ username, email, password }`.
   * @throws InvalidInput; ChatError `rate_limited`, `server_busy`
   */
  async register(input: unknown, visitor: Visitor): Promise<Account> {
    await this.#countAddress(addressKey(visitor.address), visitor)
    return this.#people.register(input)
  }

  #countAddress(address: string, visitor: Visitor): Promise<void> {
    const { authAddress } = this.#limits
    return refuseOver(authAddress, address, result => visitor.onCounted?.(authAddress, result))
  }
}
