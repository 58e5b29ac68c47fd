import type { UserId } from '../../chat/engine.js'
import { ChatError, InvalidInput } from '../../chat/errors.js'
import { type Account, emailKey, usernameKey } from '../account.js'
import type { AccountAmendment, AccountChanges, AccountStore } from '../account-store.js'
import { likenessesOf } from '../likeness.js'
import { costOf } from '../password-hash.js'
import { Counts } from './counts.js'

/** How many names a search looks at: some milliseconds of work. */
const maxScanned = 200_000

/** Accounts in memory, gone with the process. */
export class MemoryAccountStore implements AccountStore {
  readonly #byId = new Map<UserId, Account>()
  readonly #byEmail = new Map<string, UserId>()
  readonly #byName = new Map<string, UserId>()
  /** The keys of `#byName`, sorted. */
  readonly #names: string[] = []
  /** How many accounts have a hash of each cost. */
  #costs = new Counts<number>()
  /** How many names have each likeness; see `likenessesOf`. */
  #likenesses = new Counts<string>()

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
    for (const name of this.#names) copy.#names.push(name)
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
    const key = usernameKey(part)
    const found: string[] = []
    const start = this.#placeOf(key)
    let end = start
    for (; end < this.#names.length && this.#names[end]?.startsWith(key); end++) {
      if (found.length < limit) found.push(this.#names[end] ?? '')
      else break
    }
    const last = Math.min(this.#names.length, maxScanned)
    for (let index = 0; index < last && found.length < limit; index++) {
      const name = this.#names[index]
      const isNew = index < start || index >= end
      if (isNew && name?.includes(key)) found.push(name)
    }
    return found.map(name => this.#get(this.#byName.get(name))).filter(account => account !== null)
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
    const changed = { ...account, ...changes, generation: account.generation + 1 }
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

  async close(): Promise<void> {}

  #put(account: Account): void {
    this.#replace(account)
    const name = usernameKey(account.username)
    this.#byName.set(name, account.id)
    this.#byEmail.set(emailKey(account.email), account.id)
    this.#names.splice(this.#placeOf(name), 0, name)
    for (const likeness of likenessesOf(account.username)) this.#likenesses.add(likeness)
  }

  #delete(account: Account): void {
    const name = usernameKey(account.username)
    this.#byId.delete(account.id)
    this.#costs.remove(costOf(account.passwordHash))
    this.#byEmail.delete(emailKey(account.email))
    this.#byName.delete(name)
    this.#names.splice(this.#placeOf(name), 1)
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

  /** The index of the first name that does not come before `key`. */
  #placeOf(key: string): number {
    let low = 0
    let high = this.#names.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#names[middle] ?? '') < key) low = middle + 1
      else high = middle
    }
    return low
  }
}

function isNamedAlike(before: Account, after: Account): boolean {
  return before.username === after.username && before.email === after.email
}
