import type { UserId } from '../../chat/engine.js'
import { ChatError, InvalidInput } from '../../chat/errors.js'
import { type Account, emailKey, usernameKey, withSessionsEnded } from '../account.js'
import type { AccountAmendment, AccountChanges, AccountStore } from '../account-store.js'
import { likenessesOf } from '../likeness.js'
import { costOf } from '../password-hash.js'
import { Counts } from './counts.js'
import { NameIndex } from './name-index.js'

/** Accounts in memory, gone with the process. */
export class MemoryAccountStore implements AccountStore {
  readonly #byId = new Map<UserId, Account>()
  readonly #byEmail = new Map<string, UserId>()
  readonly #byName = new Map<string, UserId>()
  #names = new NameIndex()
  /** How many accounts have a hash of each cost. */
  #costs = new Counts<number>()
  /** How many names have each likeness; see `likenessesOf`. */
  #likenesses = new Counts<string>()
  readonly #secrets = new Map<string, string>()

  /** A store of existing accounts, no two of which share an id, a name or an e-mail. */
  static of(accounts: readonly Account[]): MemoryAccountStore {
    const store = new MemoryAccountStore()
    for (const account of accounts) store.#put(account)
    return store
  }

  /** An independent store with the same accounts. */
  clone(): MemoryAccountStore {
    const copy = new MemoryAccountStore()
    for (const [id, account] of this.#byId) copy.#byId.set(id, account)
    for (const [email, id] of this.#byEmail) copy.#byEmail.set(email, id)
    for (const [name, id] of this.#byName) copy.#byName.set(name, id)
    copy.#names = this.#names.clone()
    copy.#costs = this.#costs.clone()
    copy.#likenesses = this.#likenesses.clone()
    return copy
  }

  async all(): Promise<readonly Account[]> {
    return [...this.#byId.values()]
  }

  async findById(id: UserId): Promise<Account | null> {
    return this.#get(id)
  }

  async findByUsername(username: string): Promise<Account | null> {
    return this.#get(this.#byName.get(usernameKey(username)))
  }

  async findNamed(name: string): Promise<readonly Account[]> {
    return this.findMany(this.#names.find(name))
  }

  async findByEmail(email: string): Promise<Account | null> {
    return this.#get(this.#byEmail.get(emailKey(email)))
  }

  async findMany(ids: readonly UserId[]): Promise<readonly Account[]> {
    return ids.map(id => this.#get(id)).filter(account => account !== null)
  }

  async highestPasswordCost(): Promise<number> {
    return Math.max(0, ...this.#costs.values)
  }

  async search(part: string, limit: number): Promise<readonly Account[]> {
    return this.findMany(this.#names.search(part, limit))
  }

  async refuseTaken(username: string, email: string): Promise<void> {
    this.#refuseTaken(username, email)
  }

  async add(account: Account): Promise<void> {
    this.#refuseTaken(account.username, account.email)
    if (this.#byId.has(account.id)) throw new ChatError('conflict')
    this.#put(account)
  }

  async update(id: UserId, { ifGeneration, ...changes }: AccountChanges): Promise<Account> {
    const account = this.#get(id)
    if (account === null) throw new ChatError('not_found')
    if (ifGeneration !== undefined && ifGeneration !== account.generation) throw new ChatError('conflict')
    const changed = withSessionsEnded({ ...account, ...changes })
    this.#replace(changed)
    return changed
  }

  async amend(id: UserId, change: (account: Account) => AccountAmendment): Promise<Account> {
    const account = this.#get(id)
    if (account === null) throw new ChatError('not_found')
    const changed = { ...account, ...change(account) }
    this.#replace(changed)
    return changed
  }

  async remove(id: UserId): Promise<boolean> {
    const account = this.#get(id)
    if (account !== null) this.#delete(account)
    return account !== null
  }

  /** Copies the accounts of these ids from another store, which is the same in all others. */
  copyFrom(other: MemoryAccountStore, ids: ReadonlySet<UserId>): void {
    // Removed accounts first: a new one may have their name.
    for (const id of ids) {
      const [before, after] = [this.#get(id), other.#get(id)]
      if (before !== null && !(after && isNamedAlike(before, after))) this.#delete(before)
    }
    for (const id of ids) {
      const after = other.#get(id)
      if (after === null) continue
      if (this.#byId.has(id)) this.#replace(after)
      else this.#put(after)
    }
  }

  async keepSecret(name: string, proposed: string): Promise<string> {
    const kept = this.#secrets.get(name) ?? proposed
    this.#secrets.set(name, kept)
    return kept
  }

  async close(): Promise<void> {}

  #put(account: Account): void {
    this.#replace(account)
    this.#byName.set(usernameKey(account.username), account.id)
    this.#byEmail.set(emailKey(account.email), account.id)
    this.#names.add(account.username, account.id)
    for (const likeness of likenessesOf(account.username)) this.#likenesses.add(likeness)
  }

  #delete(account: Account): void {
    this.#byId.delete(account.id)
    this.#costs.remove(costOf(account.passwordHash))
    this.#byEmail.delete(emailKey(account.email))
    this.#byName.delete(usernameKey(account.username))
    this.#names.remove(account.username, account.id)
    for (const likeness of likenessesOf(account.username)) this.#likenesses.remove(likeness)
  }

  /** Replaces an account by one of the same name and e-mail. */
  #replace(account: Account): void {
    const before = this.#byId.get(account.id)
    if (before) this.#costs.remove(costOf(before.passwordHash))
    this.#costs.add(costOf(account.passwordHash))
    this.#byId.set(account.id, account)
  }

  #refuseTaken(username: string, email: string): void {
    const refused = {
      ...(this.#isTooAlike(username) && { username: 'username_too_alike' }),
      ...(this.#byName.has(usernameKey(username)) && { username: 'username_taken' }),
      ...(this.#byEmail.has(emailKey(email)) && { email: 'email_taken' }),
    }
    if (Object.keys(refused).length > 0) throw new InvalidInput(refused)
  }

  #isTooAlike(username: string): boolean {
    return [...likenessesOf(username)].some(likeness => this.#likenesses.has(likeness))
  }

  #get(id: UserId | undefined): Account | null {
    return (id !== undefined && this.#byId.get(id)) || null
  }
}

function isNamedAlike(before: Account, after: Account): boolean {
  return before.username === after.username && before.email === after.email
}
