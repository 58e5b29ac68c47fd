/**
 * Where accounts are kept: the port. Each method is atomic; one that changes something answers once that is kept, or
 * throws ChatError `storage_failed` and then nothing has changed. Names and e-mails are compared without
 * regard to case. No new account gets a name that looks like another's; those of before may have one, and each is found
 * by its own.
 */
import type { UserId } from '../../chat/engine.js'
import type { Account } from '../account.js'

/** What of an account can change and ends its sessions. */
export interface AccountChanges {
  readonly passwordHash?: string
  readonly isDisabled?: boolean
  /** Change nothing unless the account is still of this generation. */
  readonly ifGeneration?: number
}

/** What of an account can change while its sessions go on. */
export type AccountAmendment = Partial<Pick<Account, 'settings' | 'blocked' | 'passwordHash'>>

export interface AccountStore {
  /** Every account, in no order. */
  all(): Promise<readonly Account[]>

  findById(id: UserId): Promise<Account | null>

  findByUsername(username: string): Promise<Account | null>

  findByEmail(email: string): Promise<Account | null>

  /** Those of the accounts that exist, in no order. */
  findMany(ids: readonly UserId[]): Promise<readonly Account[]>

  /** The highest bcrypt cost of a hash that is kept; 0 where there is none. Does not look at every account. */
  highestPasswordCost(): Promise<number>

  /**
   * Accounts whose name holds `part`, those that begin with it first, by name within each. An empty `part` is in every
   * name. Looks at a bounded number of names, so that a huge directory stalls nobody; then some may not be found.
   */
  search(part: string, limit: number): Promise<readonly Account[]>

  /**
   * Refuses a name and an e-mail that a new account may not have, before the work of making one.
   * @throws InvalidInput `username_taken` or `username_too_alike`, `email_taken`, or one of each
   */
  refuseTaken(username: string, email: string): Promise<void>

  /**
   * @throws InvalidInput as `refuseTaken` does, and then nothing has changed
   * @throws ChatError `conflict` when the id is taken
   */
  add(account: Account): Promise<void>

  /**
   * Makes the changes and raises the account's generation by one, and answers what it is then.
   * @throws ChatError `not_found`; `conflict` when it is of another generation than `ifGeneration`
   */
  update(id: UserId, changes: AccountChanges): Promise<Account>

  /**
   * Changes what ends no session, from what it is at that moment, and answers what it is then. `change` may be called
   * more than once.
   * @throws ChatError `not_found`
   */
  amend(id: UserId, change: (account: Account) => AccountAmendment): Promise<Account>

  /** Whether there was such an account. */
  remove(id: UserId): Promise<boolean>

  /** Finishes what is being kept; then every change is refused. */
  close(): Promise<void>
}
