// Long because it is the one place where accounts are changed, and each change has its rules and who is told of it.
import { randomBytes, randomUUID } from 'node:crypto'
import type { Clock } from '../chat/clock.js'
import type { UserId } from '../chat/engine.js'
import { ChatError, InvalidInput } from '../chat/errors.js'
import { type Limits, refuseOver } from '../limits.js'
import { type Account, type AccountState, newAccount, type PublicPerson, publicPerson, searchKey } from './account.js'
import {
  newPersonInput,
  parseInput,
  passwordChangeInput,
  passwordResetInput,
  registrationInput,
} from './account-input.js'
import type { AccountAmendment, AccountStore } from './account-store.js'
import { type Admission, openAdmission } from './admission.js'
import { Callbacks } from './callbacks.js'
import { demoPeople } from './demo-accounts.js'
import { type Device, livingDevices, type NewDevice, withDevice } from './device.js'
import { costOf } from './password-hash.js'
import type { Passwords } from './passwords.js'
import type { AccountSettings } from './settings.js'

const searchLimit = 20
const maxBlocked = 1000
/** A password that nobody knows: of 43 characters, which bcrypt reads whole. */
const unknownPasswordBytes = 32

/** What `People` needs. */
export interface PeopleOptions {
  readonly store: AccountStore
  readonly passwords: Pick<Passwords, 'hash' | 'verify' | 'dummyHash' | 'cost'>
  /** `open`: people can look through names. `exact`: a name must be typed in full. */
  readonly directory: 'open' | 'exact'
  readonly clock: Clock
  /** Who may register; everybody by default. */
  readonly admission?: Admission
  /** How often a person may search and change things; without limits by default. */
  readonly limits?: PersonLimits
  /** Told why a hash could not be replaced by one of the present cost. */
  readonly onHashNotRenewed?: (error: unknown) => void
}

type PersonLimits = Pick<Limits, 'searches' | 'accountChanges' | 'passwordChanges'>

/** What a search for people has found. `more`: whether there are others beside these. */
export interface FoundPeople {
  readonly people: readonly PublicPerson[]
  readonly more: boolean
}

/** Everything that can be done with accounts: register, log in, find, change, remove. */
export class People {
  readonly #store: AccountStore
  readonly #passwords: PeopleOptions['passwords']
  readonly #directory: PeopleOptions['directory']
  readonly #clock: Clock
  readonly #admission: Admission
  readonly #limits: PersonLimits | undefined
  readonly #onHashNotRenewed: (error: unknown) => void
  readonly #generationCallbacks = new Callbacks<Account>()
  readonly #amendmentCallbacks = new Callbacks<Account>()
  readonly #removalCallbacks = new Callbacks<UserId>()

  constructor(options: PeopleOptions) {
    const { store, passwords, directory, clock, admission = openAdmission(clock), limits } = options
    this.#onHashNotRenewed = options.onHashNotRenewed ?? (error => console.error(error))
    this.#store = store
    this.#passwords = passwords
    this.#directory = directory
    this.#clock = clock
    this.#admission = admission
    this.#limits = limits
  }

  /** Adds the demo accounts, except those that exist, and those whose name or e-mail someone else has. */
  async addDemoAccounts(): Promise<void> {
    for (const account of demoPeople) {
      if ((await this.#store.findById(account.id)) !== null) continue
      try {
        await this.#store.add(account)
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error
      }
    }
  }

  /**
   * Creates an account from `{ username, email, password, invite }`.
   * @throws InvalidInput naming each refused field; ChatError `registration_closed`, `invite_needed`, `server_busy`,
   *   `storage_failed`
   */
  async register(input: unknown): Promise<Account> {
    if (this.#admission.registration === 'closed') throw new ChatError('registration_closed')
    const { username, email, password, invite } = parseInput(registrationInput, input)
    return this.#admission.admit(invite, () => this.#create(username, email, password))
  }

  /**
   * Creates an account from `{ username, email }` for the operator, whoever else may create one. Nobody can log in to it until its
   * password is set by a link.
   * @throws InvalidInput naming each refused field; ChatError `server_busy`, `storage_failed`
   */
  async addByOperator(input: unknown): Promise<Account> {
    const { username, email } = parseInput(newPersonInput, input)
    return this.#create(username, email, randomBytes(unknownPasswordBytes).toString('base64url'))
  }

  /**
   * The account that an e-mail address and a password belong to. Takes equally long for every account, and for an
   * address without one.
   * @throws ChatError `unauthenticated`, `account_disabled`, `server_busy`
   */
  async logIn(email: string, password: string): Promise<Account> {
    const account = await this.#store.findByEmail(email)
    const highestCost = await this.#store.highestPasswordCost()
    const hash = account?.passwordHash ?? this.#passwords.dummyHash(highestCost)
    const isRight = await this.#passwords.verify(password, hash, highestCost)
    // Meanwhile the account may have been removed or given another password.
    const current = account && (await this.#store.findById(account.id))
    if (!isRight || !current || !isSamePassword(account, current)) throw new ChatError('unauthenticated')
    // Told only to those who know the password.
    if (current.isDisabled) throw new ChatError('account_disabled')
    // Not awaited: the account file may rest for a minute, and the log-in does not need it.
    void this.#renewHash(current, password)
    return current
  }

  /** The account of an id, or null. */
  find(id: UserId): Promise<Account | null> {
    return this.#store.findById(id)
  }

  /**
   * The account of a name, for the operator.
   * @throws ChatError `not_found`
   */
  async findByName(username: string): Promise<Account> {
    const account = await this.#store.findByUsername(username)
    if (account === null) throw new ChatError('not_found')
    return account
  }

  /** All accounts in the order of their names, for the operator. */
  async list(): Promise<readonly Account[]> {
    const accounts = [...(await this.#store.all())]
    return accounts.sort((a, b) => a.username.localeCompare(b.username))
  }

  /** What others see of the people with these ids, without those who no longer exist. */
  async findMany(ids: readonly UserId[]): Promise<ReadonlyMap<UserId, PublicPerson>> {
    const accounts = await this.#store.findMany(ids)
    return new Map(accounts.map(account => [account.id, publicPerson(account)]))
  }

  /**
   * People whose name contains the query (or equals it, in an `exact` directory), without regard to case and accents, and
   * without the viewer and those who are in `without`; at most `limit`.
   * @throws ChatError `rate_limited` when the viewer searches too often
   */
  async search(
    query: string,
    viewerId: UserId,
    { limit = searchLimit, without = new Set() }: { limit?: number; without?: ReadonlySet<UserId> } = {},
  ): Promise<FoundPeople> {
    const name = query.trim()
    // Searching blocks the server for milliseconds; the first names of the list cost nothing.
    if (name !== '') await this.#refuseOver('searches', viewerId)
    // Those who are left out below must not make the rest look like all. Who has many chats mostly needs few names more.
    for (let asked = 2 * limit + 2; ; asked *= 2) {
      const found =
        this.#directory === 'open' ? await this.#store.search(name, asked) : await this.#store.findNamed(name)
      const others = found.filter(account => account.id !== viewerId && !account.isDisabled && !without.has(account.id))
      if (others.length <= limit && found.length >= asked) continue
      return { people: others.slice(0, limit).map(publicPerson), more: others.length > limit }
    }
  }

  /** Those of `ids` whose name contains the query, without regard to case and accents. */
  async nameMatches(query: string, ids: readonly UserId[]): Promise<ReadonlySet<UserId>> {
    const wanted = searchKey(query.trim())
    if (wanted === '') return new Set()
    const accounts = await this.#store.findMany(ids)
    return new Set(accounts.filter(({ username }) => searchKey(username).includes(wanted)).map(({ id }) => id))
  }

  /**
   * Changes a password, and ends all sessions and tokens. Returns the changed account.
   * @throws InvalidInput for `currentPassword` or `newPassword`; ChatError `unauthenticated` when the account is gone,
   * `conflict` when it was changed meanwhile, `server_busy`, `rate_limited`
   */
  async changePassword(id: UserId, currentPassword: string, newPassword: string): Promise<Account> {
    const input = parseInput(passwordChangeInput, { currentPassword, newPassword })
    await this.#refuseOver('passwordChanges', id)
    try {
      const account = await this.#verifyOwner(id, input.currentPassword, 'currentPassword')
      return await this.#setPassword(account, input.newPassword)
    } catch (error) {
      // A thief of a session who guesses must not keep its owner from changing the password.
      if (error instanceof InvalidInput) await this.#limits?.passwordChanges.refund(id)
      throw error
    }
  }

  /**
   * Sets a password without the current one, for a link that the operator made when the account was of `generation`.
   * Ends all sessions and tokens.
   * @throws InvalidInput for `newPassword`; ChatError `not_found` when the account is gone or was changed since,
   *   `server_busy`, `storage_failed`
   */
  async resetPassword(id: UserId, generation: number, newPassword: string): Promise<Account> {
    const input = parseInput(passwordResetInput, { newPassword })
    const account = await this.#store.findById(id)
    if (account?.generation !== generation) throw new ChatError('not_found')
    return this.#setPassword(account, input.newPassword)
  }

  /**
   * Switches an account off or on, for the operator. Ends all its sessions and tokens.
   * @throws ChatError `not_found`, `storage_failed`
   */
  async setDisabled(id: UserId, isDisabled: boolean): Promise<Account> {
    const account = await this.#store.update(id, { isDisabled })
    this.#generationCallbacks.call(account)
    return account
  }

  /**
   * Stores the settings of a person. Sessions go on.
   * @param chosen the names of those that the person has chosen: what another version of the program keeps in their place goes
   * @throws ChatError `not_found`, `rate_limited`
   */
  async changeSettings(
    id: UserId,
    settings: AccountSettings,
    chosen: readonly string[] = Object.keys(settings),
  ): Promise<Account> {
    await this.#refuseOver('accountChanges', id)
    return this.#amend(id, ({ unknownSettings }) => {
      if (unknownSettings === undefined) return { settings }
      const kept = Object.entries(unknownSettings).filter(([name]) => !chosen.includes(name))
      return { settings, unknownSettings: Object.fromEntries(kept) }
    })
  }

  /**
   * Blocks another person. Only the latest thousand blocks are kept.
   * @throws ChatError `not_found` for nobody, and for oneself; `rate_limited`
   */
  async block(id: UserId, otherId: UserId): Promise<void> {
    await this.#refuseOver('accountChanges', id)
    if (id === otherId || (await this.#store.findById(otherId)) === null) throw new ChatError('not_found')
    await this.#amend(id, ({ blocked }) => ({
      blocked: [...blocked.filter(each => each !== otherId), otherId].slice(-maxBlocked),
    }))
  }

  /**
   * Ends a block.
   * @throws ChatError `rate_limited`
   */
  async unblock(id: UserId, otherId: UserId): Promise<void> {
    await this.#refuseOver('accountChanges', id)
    await this.#amend(id, ({ blocked }) => ({ blocked: blocked.filter(each => each !== otherId) }))
  }

  /**
   * Keeps a device of a person's, in place of one with the same endpoint or session. Only the newest ten are kept.
   * @throws ChatError `not_found`, `rate_limited`; `unauthenticated` when the session that it belongs to has ended with all others
   */
  async addDevice({ id, generation }: AccountState, device: NewDevice): Promise<void> {
    await this.#refuseOver('accountChanges', id)
    const added = { ...device, id: randomUUID(), addedAt: this.#wallTime() }
    await this.#changeDevices(id, (devices, account) => {
      if (account.generation !== generation) throw new ChatError('unauthenticated')
      return withDevice(devices, added)
    })
  }

  /**
   * Has a device of a person belong to another session of theirs, by its endpoint. Resolves with whether they have it.
   * @throws ChatError `not_found`, `rate_limited`
   */
  async moveDevice(
    id: UserId,
    endpoint: string,
    { session, endsAt }: Pick<Device, 'session' | 'endsAt'>,
  ): Promise<boolean> {
    await this.#refuseOver('accountChanges', id)
    let isTheirs = false
    await this.#changeDevices(id, devices => {
      const device = livingDevices(devices, this.#wallTime()).find(each => each.endpoint === endpoint)
      isTheirs = device !== undefined
      return device === undefined ? devices : withDevice(devices, { ...device, session, endsAt })
    })
    return isTheirs
  }

  /**
   * Removes those of a person's devices that are meant, because the person wants it.
   * @throws ChatError `not_found`, `rate_limited`
   */
  async removeDevices(id: UserId, isMeant: (device: Device) => boolean): Promise<void> {
    await this.#refuseOver('accountChanges', id)
    await this.dropDevices(id, isMeant)
  }

  /** Removes those of a person's devices that have ended. Costs nothing where there is none. */
  async dropDevices(id: UserId, hasEnded: (device: Device) => boolean): Promise<void> {
    const account = await this.#store.findById(id)
    if (!account?.devices.some(hasEnded)) return
    await this.#changeDevices(id, devices => devices.filter(device => !hasEnded(device)))
  }

  /** Has the device of a session last until a later time, ms since the epoch. */
  async prolongDevice(id: UserId, session: string, endsAt: number): Promise<void> {
    const prolong = (device: Device) => (device.session === session ? { ...device, endsAt } : device)
    await this.#changeDevices(id, devices => devices.map(prolong))
  }

  /**
   * Ends all sessions and tokens of a person. Returns the changed account.
   * @throws ChatError `not_found`
   */
  async endSessionsEverywhere(id: UserId): Promise<Account> {
    const account = await this.#store.update(id, {})
    this.#generationCallbacks.call(account)
    return account
  }

  /**
   * Deletes an account for good.
   * @throws InvalidInput for a wrong `password`; ChatError `unauthenticated` when the account is gone, `server_busy`
   */
  async remove(id: UserId, password: string): Promise<void> {
    await this.#verifyOwner(id, password, 'password')
    await this.removeByOperator(id)
  }

  /**
   * Deletes an account for good, without its password.
   * @throws ChatError `storage_failed`
   */
  async removeByOperator(id: UserId): Promise<void> {
    if (await this.#store.remove(id)) this.#removalCallbacks.call(id)
  }

  /** Calls `callback` with each account whose generation was raised. Returns a function that ends it. */
  onGenerationChange(callback: (account: Account) => void): () => void {
    return this.#generationCallbacks.add(callback)
  }

  /** Calls `callback` with each account whose settings or blocks were changed. Returns a function that ends it. */
  onAmended(callback: (account: Account) => void): () => void {
    return this.#amendmentCallbacks.add(callback)
  }

  /** Calls `callback` with the id of each account that was removed. Returns a function that ends it. */
  onRemoved(callback: (id: UserId) => void): () => void {
    return this.#removalCallbacks.add(callback)
  }

  async #refuseOver(name: keyof PersonLimits, id: UserId): Promise<void> {
    if (this.#limits) await refuseOver(this.#limits[name], id)
  }

  async #amend(id: UserId, change: (account: Account) => AccountAmendment): Promise<Account> {
    const account = await this.#store.amend(id, change)
    this.#amendmentCallbacks.call(account)
    return account
  }

  /** Those that have ended go with every change. Nobody is told: it concerns neither privacy nor sessions. */
  async #changeDevices(
    id: UserId,
    change: (devices: readonly Device[], account: Account) => readonly Device[],
  ): Promise<void> {
    const now = this.#wallTime()
    await this.#store.amend(id, account => ({ devices: livingDevices(change(account.devices, account), now) }))
  }

  async #create(username: string, email: string, password: string): Promise<Account> {
    await this.#store.refuseTaken(username, email)
    const passwordHash = await this.#passwords.hash(password)
    const account = newAccount({ id: randomUUID(), username, email, passwordHash, createdAt: this.#wallTime() })
    await this.#store.add(account)
    return account
  }

  #wallTime(): number {
    return this.#clock.wallTimeOf(this.#clock.now())
  }

  async #setPassword({ id, generation }: Account, password: string): Promise<Account> {
    const passwordHash = await this.#passwords.hash(password)
    const changed = await this.#store.update(id, { passwordHash, ifGeneration: generation })
    this.#generationCallbacks.call(changed)
    return changed
  }

  /** Replaces a hash of another cost than new hashes get. Sessions and tokens go on. Never throws. */
  async #renewHash(account: Account, password: string): Promise<void> {
    if (costOf(account.passwordHash) === this.#passwords.cost) return
    try {
      const passwordHash = await this.#passwords.hash(password)
      // The password may have been changed in the meantime.
      await this.#store.amend(account.id, now => (now.passwordHash === account.passwordHash ? { passwordHash } : {}))
    } catch (error) {
      // The next log-in tries again.
      this.#onHashNotRenewed(error)
    }
  }

  async #verifyOwner(id: UserId, password: string, field: string): Promise<Account> {
    const account = await this.#store.findById(id)
    if (account === null) throw new ChatError('unauthenticated')
    if (!(await this.#passwords.verify(password, account.passwordHash))) {
      throw new InvalidInput({ [field]: 'password_wrong' })
    }
    return account
  }
}

/** Whether an account still has the same password: renewing a hash does not raise the generation. */
function isSamePassword(before: Account, now: Account): boolean {
  return before.passwordHash === now.passwordHash || before.generation === now.generation
}
