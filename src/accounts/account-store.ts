/** Where accounts are kept: the port. Each method is atomic. Names and e-mails are compared without regard to case. */
import type { UserId } from '../chat/engine.js'
import type { Account } from './account.js'

/** What of an account can change. */
export interface AccountChanges {
  readonly passwordHash?: string
  /** Change nothing unless the account is still of this generation. */
  readonly ifGeneration?: number
}

export interface AccountStore {
  findById(id: UserId): Promise<Account | null>

  findByUsername(username: string): Promise<Account | null>

  findByEmail(email: string): Promise<Account | null>

  /** Those of the accounts that exist, in no order. */
  findMany(ids: readonly UserId[]): Promise<readonly Account[]>

  /**
   * Accounts whose name holds `part`, those that begin with it first, by name within each. An empty `part` is in every
   * name. Looks at a bounded number of names, so that a huge directory stalls nobody; then some may not be found.
   */
  search(part: string, limit: number): Promise<readonly Account[]>

  /**
   * @throws InvalidInput `username_taken`, `email_taken` or both, and then nothing has changed
   * @throws ChatError `conflict` when the id is taken
   */
  add(account: Account): Promise<void>

  /**
   * Makes the changes and raises the account's generation by one, and answers what it is then.
   * @throws ChatError `not_found`; `conflict` when it is of another generation than `ifGeneration`
   */
  update(id: UserId, changes: AccountChanges): Promise<Account>

  /** Whether there was such an account. */
  remove(id: UserId): Promise<boolean>
}
