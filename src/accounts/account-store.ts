/**
 * Where accounts are stored: the port. Each method is atomic. One that changes something resolves once that is stored,
 * or throws ChatError `storage_failed` and has changed nothing. Names and e-mails are compared without regard to case.
 * A new account must not have a name that looks like another's. Older accounts may, and each is found by its own name.
 */
import type { UserId } from '../chat/engine.js'
import type { Account } from './account.js'

/** Changes of an account that end its sessions. */
export interface AccountChanges {
  readonly passwordHash?: string
  readonly isDisabled?: boolean
  /** Only change the account if it is still of this generation. */
  readonly ifGeneration?: number
}

/** Changes of an account during which its sessions go on. */
export type AccountAmendment = Partial<
  Pick<Account, 'settings' | 'unknownSettings' | 'blocked' | 'devices' | 'passwordHash'>
>

/** A store of accounts. */
export interface AccountStore {
  /** All accounts, in no order. */
  all(): Promise<readonly Account[]>

  /** The account of an id, or null. */
  findById(id: UserId): Promise<Account | null>

  /** The account of a name, or null. */
  findByUsername(username: string): Promise<Account | null>

  /** The accounts of a name without regard to case and accents: one, except that older ones may share it. */
  findNamed(name: string): Promise<readonly Account[]>

  /** The account of an e-mail address, or null. */
  findByEmail(email: string): Promise<Account | null>

  /** The accounts of these ids that exist, in no order. */
  findMany(ids: readonly UserId[]): Promise<readonly Account[]>

  /** The highest bcrypt cost of all stored hashes; 0 without any. Does not look at every account. */
  highestPasswordCost(): Promise<number>

  /**
   * Accounts whose name contains `part`: first those that begin with it, each group in the order of names. Neither case
   * nor accents count. An empty `part` is in every name. Looks at a limited number of names, so that a huge directory does not block the server;
   * some may not be found then.
   */
  search(part: string, limit: number): Promise<readonly Account[]>

  /**
   * Refuses a name and an e-mail that a new account may not have, before its password is hashed.
   * @throws InvalidInput `username_taken` or `username_too_alike`, `email_taken`, or one of each
   */
  refuseTaken(username: string, email: string): Promise<void>

  /**
   * Adds an account.
   * @throws InvalidInput as `refuseTaken` does
   * @throws ChatError `conflict` when the id is taken
   */
  add(account: Account): Promise<void>

  /**
   * Makes the changes, and ends its sessions: raises the account's generation by one, and forgets its devices. Resolves with the
   * changed account.
   * @throws ChatError `not_found`; `conflict` when it is of another generation than `ifGeneration`
   */
  update(id: UserId, changes: AccountChanges): Promise<Account>

  /**
   * Makes changes that end no session, worked out by `change` from the account as it is then. `change` may be called
   * more than once. Resolves with the changed account.
   * @throws ChatError `not_found`
   */
  amend(id: UserId, change: (account: Account) => AccountAmendment): Promise<Account>

  /** Removes an account. Resolves with whether there was one. */
  remove(id: UserId): Promise<boolean>

  /**
   * Keeps a text under a name, of a-z and hyphens, unless there is one. Resolves with what is kept: whoever asks, on whatever node,
   * gets the same.
   */
  keepSecret(name: string, proposed: string): Promise<string>

  /** Finishes what is being written, and refuses every later change. */
  close(): Promise<void>
}
