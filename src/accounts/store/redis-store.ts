// Long because it has every method of the port.
import { z } from 'zod'
import type { UserId } from '#src/chat/engine.js'
import { ChatError, InvalidInput } from '#src/chat/errors.js'
import type { RedisLink } from '#src/redis/link.js'
import { RedisScript, withRefusals } from '#src/redis/script.js'
import { RecentValues } from '../../recent-values.js'
import { type Account, emailKey, searchKey, usernameKey, withSessionsEnded } from '../account.js'
import type { AccountAmendment, AccountChanges, AccountStore } from '../account-store.js'
import { likenessesOf } from '../likeness.js'
import { costOf } from '../password-hash.js'
import { formatAccount, readAccount, storedAccount } from './account-file.js'

const script = (name: string) =>
  new RedisScript(...['accounts', name].map(file => new URL(`scripts/${file}.lua`, import.meta.url)))
const scripts = {
  taken: script('taken'),
  add: script('add'),
  find: script('find'),
  replace: script('replace'),
  remove: script('remove'),
}

/** How many names a search looks at that do not begin with what is wanted, and how many in one piece. */
const mostScanned = 20_000
const scannedAtOnce = 1_000
/** How often a change is tried anew because others have changed the same account meanwhile. */
const mostTries = 100
/** How many accounts a node keeps as objects. */
const mostParsed = 2_000
/** Between a name and an id, in the index of names. No name has it. */
const separator = '\0'

// A later version may have stored more.
const accountSchema = storedAccount.loose()
const text = z.instanceof(Buffer).transform(bytes => bytes.toString())
const found = text.nullable()
const taken = z.tuple([z.number(), z.number(), z.number(), z.number()])
const scanned = z.tuple([text, z.array(text)])

/**
 * Accounts in Redis, which all nodes share. All keys lie in one slot, so that each change is one script. A node reads an account
 * anew each time, and so knows what another has changed. A change that Redis did not answer is refused with `storage_failed`; it
 * may have been made all the same.
 */
export class RedisAccountStore implements AccountStore {
  readonly #link: RedisLink
  readonly #key: string
  /** Accounts that were read, by how they are stored: most are read over and over. */
  readonly #parsed = new RecentValues<Account>(mostParsed)
  #isClosed = false

  /** @param space what keys begin with, so that several stores may share a Redis, as in tests */
  constructor(link: RedisLink, space = '') {
    this.#link = link
    this.#key = `${space}{accounts}`
  }

  async all(): Promise<readonly Account[]> {
    const byId = new Map<UserId, Account>()
    let cursor = '0'
    do {
      const [next, fields] = scanned.parse(await this.#call('HSCAN', this.#key, cursor, 'COUNT', scannedAtOnce))
      for (const value of fields.filter((_, index) => index % 2 === 1)) {
        const account = this.#parse(value)
        byId.set(account.id, account)
      }
      cursor = next
    } while (cursor !== '0')
    return [...byId.values()]
  }

  async findById(id: UserId): Promise<Account | null> {
    const value = await this.#read(id)
    return value === null ? null : this.#parse(value)
  }

  findByUsername(username: string): Promise<Account | null> {
    return this.#find('names', usernameKey(username))
  }

  async findNamed(name: string): Promise<readonly Account[]> {
    const key = `${searchKey(name)}${separator}`
    return this.findMany(idsOf(await this.#listNames(key, mostScanned)))
  }

  findByEmail(email: string): Promise<Account | null> {
    return this.#find('emails', emailKey(email))
  }

  async findMany(ids: readonly UserId[]): Promise<readonly Account[]> {
    if (ids.length === 0) return []
    const values = z.array(found).parse(await this.#call('HMGET', this.#key, ...ids))
    return values.flatMap(value => (value === null ? [] : [this.#parse(value)]))
  }

  async highestPasswordCost(): Promise<number> {
    const costs = textsOf(await this.#call('HKEYS', `${this.#key}:costs`))
    return Math.max(0, ...costs.map(Number))
  }

  async search(part: string, limit: number): Promise<readonly Account[]> {
    const wanted = searchKey(part)
    // An accent alone is in no name.
    if (wanted === '' && part !== '') return []
    const members = [...(await this.#listNames(wanted, limit))]
    // In pieces, so that no search keeps Redis from others for long.
    for (let start = 0; members.length < limit && start < mostScanned; start += scannedAtOnce) {
      const piece = await this.#call('ZRANGE', `${this.#key}:search`, start, start + scannedAtOnce - 1)
      const names = textsOf(piece)
      members.push(...names.filter(name => isWithin(name, wanted) && !members.includes(name)))
      if (names.length < scannedAtOnce) break
    }
    return this.findMany(idsOf(members.slice(0, limit)))
  }

  async refuseTaken(username: string, email: string): Promise<void> {
    const asked = [...uniqueKeysOf({ username, email }), ...likenessesOf(username)]
    refuseTaken(await scripts.taken.run(this.#link, [this.#key], ...asked))
  }

  async add(account: Account): Promise<void> {
    this.#refuseClosed()
    if (refuseTaken(await scripts.add.run(this.#link, [this.#key], ...argumentsOf(account))))
      throw new ChatError('conflict')
  }

  update(id: UserId, { ifGeneration, ...changes }: AccountChanges): Promise<Account> {
    return this.#change(id, account => {
      if (ifGeneration !== undefined && ifGeneration !== account.generation) throw new ChatError('conflict')
      return withSessionsEnded({ ...account, ...changes })
    })
  }

  amend(id: UserId, change: (account: Account) => AccountAmendment): Promise<Account> {
    return this.#change(id, account => ({ ...account, ...change(account) }))
  }

  async remove(id: UserId): Promise<boolean> {
    this.#refuseClosed()
    for (let tries = 0; tries < mostTries; tries += 1) {
      const value = await this.#read(id)
      if (value === null) return false
      const account = this.#parse(value)
      if ((await scripts.remove.run(this.#link, [this.#key], ...argumentsOf(account, value))) === 1) return true
    }
    throw new ChatError('storage_failed')
  }

  async keepSecret(name: string, proposed: string): Promise<string> {
    this.#refuseClosed()
    const key = `${this.#key}:secrets`
    await this.#call('HSETNX', key, name, proposed)
    return text.parse(await this.#call('HGET', key, name))
  }

  /** Refuses every later change. The connection belongs to whoever made it. */
  async close(): Promise<void> {
    this.#isClosed = true
  }

  /** Makes a change of what is stored then: tried anew if another node was faster. */
  async #change(id: UserId, change: (account: Account) => Account): Promise<Account> {
    this.#refuseClosed()
    for (let tries = 0; tries < mostTries; tries += 1) {
      const value = await this.#read(id)
      if (value === null) throw new ChatError('not_found')
      const before = this.#parse(value)
      const after = change(before)
      const costs = [costOf(before.passwordHash), costOf(after.passwordHash)]
      const changed = [id, value, formatAccount(after), ...costs]
      if ((await scripts.replace.run(this.#link, [this.#key], ...changed)) === 1) return after
    }
    throw new ChatError('storage_failed')
  }

  async #find(index: 'names' | 'emails', key: string): Promise<Account | null> {
    return this.#parseFound(await scripts.find.run(this.#link, [this.#key], index, key))
  }

  /** The members of the index of names that begin with a text, in the order of names. */
  async #listNames(beginning: string, limit: number): Promise<readonly string[]> {
    const [first, last] = [
      Buffer.from(`[${beginning}`),
      Buffer.concat([Buffer.from(`[${beginning}`), Buffer.from([0xff])]),
    ]
    return textsOf(await this.#call('ZRANGEBYLEX', `${this.#key}:search`, first, last, 'LIMIT', 0, limit))
  }

  async #read(id: UserId): Promise<string | null> {
    return found.parse(await this.#call('HGET', this.#key, id))
  }

  #parseFound(answer: unknown): Account | null {
    const value = found.parse(answer)
    return value === null ? null : this.#parse(value)
  }

  #parse(value: string): Account {
    return this.#parsed.get(value, () => readAccount(accountSchema.parse(JSON.parse(value))))
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw new ChatError('storage_failed')
  }

  #call(command: string, ...args: (string | number | Buffer)[]): Promise<unknown> {
    return withRefusals(this.#link.call(command, ...args))
  }
}

function uniqueKeysOf({
  username,
  email,
}: Pick<Account, 'username' | 'email'>): readonly [name: string, email: string] {
  return [usernameKey(username), emailKey(email)]
}

/** What the scripts that add and remove an account are given. @param value how it is stored */
function argumentsOf(account: Account, value = formatAccount(account)): readonly (string | number)[] {
  const { id, username, passwordHash } = account
  const member = `${searchKey(username)}${separator}${id}`
  return [...uniqueKeysOf(account), id, value, member, costOf(passwordHash), ...likenessesOf(username)]
}

/** @returns whether the id is taken, if nothing else is @throws InvalidInput as `AccountStore.refuseTaken` does */
function refuseTaken(answer: unknown): boolean {
  const [isAlike, hasName, hasEmail, hasId] = taken.parse(answer)
  const refused = {
    ...(isAlike && { username: 'username_too_alike' }),
    ...(hasName && { username: 'username_taken' }),
    ...(hasEmail && { email: 'email_taken' }),
  }
  if (Object.keys(refused).length > 0) throw new InvalidInput(refused)
  return hasId > 0
}

/** The texts of a list, which may be long. */
function textsOf(answer: unknown): readonly string[] {
  if (!Array.isArray(answer)) throw new TypeError('Redis answered no list')
  return answer.map(String)
}

function isWithin(member: string, wanted: string): boolean {
  return member.slice(0, member.lastIndexOf(separator)).includes(wanted)
}

function idsOf(members: readonly string[]): readonly UserId[] {
  return members.map(member => member.slice(member.lastIndexOf(separator) + 1))
}
