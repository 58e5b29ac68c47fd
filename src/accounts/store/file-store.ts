// Long because it has every method of the port, beside the order in which changes are written.
import type { Clock } from '../../chat/clock.js'
import type { UserId } from '../../chat/engine.js'
import { ChatError } from '../../chat/errors.js'
import type { FileLock } from '../../file-lock.js'
import type { Account } from '../account.js'
import type { AccountAmendment, AccountChanges, AccountStore } from '../account-store.js'
import { isDemoAccount } from '../demo-accounts.js'
import {
  AccountFileError,
  holdsTheSame,
  readAccountFile,
  readMark,
  removeLeftovers,
  writeAccountFile,
} from './account-file.js'
import { findFile, holdLock, lockFile, makeFile } from './account-file-setup.js'
import { MemoryAccountStore } from './memory-store.js'
import { keepSecretFile } from './secret-file.js'

/** Each write writes all accounts, so after one nothing is written for this many times as long as it took. */
const restsPerWrite = 9
/** If the machine slept during a write, it seems to have taken hours: nobody must wait nine times that. */
const longestRestMs = 60_000

/** What a store in a file needs. */
export interface FileAccountStoreOptions {
  readonly clock: Clock
  /** Told why a write failed. Whoever asked for the change gets `storage_failed`. */
  readonly onError: (error: unknown) => void
  /** Writes the file; tests pass one that fails. */
  readonly write?: typeof writeAccountFile
}

interface Change {
  /** The account that it changes. */
  readonly id: UserId
  run(store: MemoryAccountStore): Promise<void>
  settle(failure: ChatError | null): void
}

/**
 * Accounts in a file that this process alone writes. All of them are in memory too, and are read from there. A change
 * resolves once the file holds it. The first change is written at once. Writing takes a tenth of the time at most, and
 * changes that come meanwhile share the next write. What something else has written in the place of the file is never overwritten.
 * Demo accounts are not in the file.
 */
export class FileAccountStore implements AccountStore {
  readonly #path: string
  readonly #lock: FileLock
  /** The file as this store has read or written it last; see `readMark`. */
  #mark: string | null
  /** The mark of a file that holds something else: it is read once, not for every change that is refused. */
  #foreignMark: string | null = null
  readonly #onError: (error: unknown) => void
  readonly #write: typeof writeAccountFile
  readonly #clock: Clock
  /** The accounts as the file holds them. */
  readonly #kept: MemoryAccountStore
  /** The accounts as the next write will have them. Copying all of them for each write would block the server. */
  readonly #draft: MemoryAccountStore
  #waiting: Change[] = []
  #turn: Promise<void> = Promise.resolve()
  #secretTurn: Promise<unknown> = Promise.resolve()
  #isClosed = false
  /** When the next write may begin, in ms of `Clock.now()`. */
  #restsUntil = 0
  #endRest: () => void = () => {}

  private constructor(
    { path, lock, mark }: { readonly path: string; readonly lock: FileLock; readonly mark: string | null },
    kept: MemoryAccountStore,
    options: FileAccountStoreOptions,
  ) {
    this.#path = path
    this.#lock = lock
    this.#mark = mark
    this.#kept = kept
    this.#draft = kept.clone()
    this.#onError = options.onError
    this.#write = options.write ?? writeAccountFile
    this.#clock = options.clock
  }

  /**
   * Opens a file of accounts, or makes it.
   * @throws AccountFileError when it is broken, in use by another server, or cannot be written
   */
  static async open(path: string, options: FileAccountStoreOptions): Promise<FileAccountStore> {
    const target = await findFile(path)
    const lock = await lockFile(target)
    try {
      // Before it is read: what comes in its place meanwhile must be noticed.
      const found = await readMark(target)
      const accounts = await readAccountFile(target)
      const mark = accounts === null ? await makeFile(target) : found
      await removeLeftovers(target)
      return new FileAccountStore({ path: target, lock, mark }, MemoryAccountStore.of(accounts ?? []), options)
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  all(): Promise<readonly Account[]> {
    return this.#kept.all()
  }

  findById(id: UserId): Promise<Account | null> {
    return this.#kept.findById(id)
  }

  findByUsername(username: string): Promise<Account | null> {
    return this.#kept.findByUsername(username)
  }

  findNamed(name: string): Promise<readonly Account[]> {
    return this.#kept.findNamed(name)
  }

  findByEmail(email: string): Promise<Account | null> {
    return this.#kept.findByEmail(email)
  }

  findMany(ids: readonly UserId[]): Promise<readonly Account[]> {
    return this.#kept.findMany(ids)
  }

  highestPasswordCost(): Promise<number> {
    return this.#kept.highestPasswordCost()
  }

  search(part: string, limit: number): Promise<readonly Account[]> {
    return this.#kept.search(part, limit)
  }

  refuseTaken(username: string, email: string): Promise<void> {
    return this.#kept.refuseTaken(username, email)
  }

  add(account: Account): Promise<void> {
    return this.#change(account.id, store => store.add(account))
  }

  update(id: UserId, changes: AccountChanges): Promise<Account> {
    return this.#change(id, store => store.update(id, changes))
  }

  amend(id: UserId, change: (account: Account) => AccountAmendment): Promise<Account> {
    return this.#change(id, store => store.amend(id, change))
  }

  remove(id: UserId): Promise<boolean> {
    return this.#change(id, store => store.remove(id))
  }

  /** Keeps it in a file of its own beside the accounts. */
  keepSecret(name: string, proposed: string): Promise<string> {
    if (this.#isClosed) return Promise.reject(new ChatError('storage_failed'))
    const kept = this.#secretTurn.then(() => this.#keepSecret(`${this.#path}.${name}`, proposed))
    // Whoever comes next waits until this is over, however it ends.
    this.#secretTurn = kept.catch(() => {})
    return kept
  }

  /** Writes what waits at once, and gives the file back. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#endRest()
    await Promise.all([this.#turn, this.#secretTurn])
    await this.#lock.release()
  }

  #change<T>(id: UserId, work: (store: MemoryAccountStore) => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(new ChatError('storage_failed'))
    return new Promise((resolve, reject) => {
      let answer: () => void
      this.#waiting.push({
        id,
        async run(store) {
          answer = await work(store).then(
            value => () => resolve(value),
            (error: unknown) => () => reject(error),
          )
        },
        settle: failure => (failure ? reject(failure) : answer()),
      })
      if (this.#waiting.length === 1) this.#turn = this.#turn.then(() => this.#writeWaiting())
    })
  }

  /** Makes the waiting changes on the draft. Once they are in the file they are kept, or else taken back. */
  async #writeWaiting(): Promise<void> {
    await this.#rest()
    const startedAt = this.#clock.now()
    const changes = this.#waiting
    this.#waiting = []
    for (const change of changes) await change.run(this.#draft)
    const failure = await this.#writeDraft()
    const changed = new Set(changes.map(({ id }) => id))
    if (failure === null) this.#kept.copyFrom(this.#draft, changed)
    else this.#draft.copyFrom(this.#kept, changed)
    const tookMs = this.#clock.now() - startedAt
    this.#restsUntil = startedAt + tookMs + Math.min(restsPerWrite * tookMs, longestRestMs)
    for (const change of changes) change.settle(failure)
  }

  async #rest(): Promise<void> {
    const restMs = this.#restsUntil - this.#clock.now()
    if (restMs <= 0 || this.#isClosed) return
    // While the server starts, nothing else keeps the process alive.
    const alive = setInterval(() => {}, longestRestMs)
    await new Promise<void>(resolve => {
      const cancel = this.#clock.after(restMs, resolve)
      this.#endRest = () => {
        cancel()
        resolve()
      }
    })
    clearInterval(alive)
  }

  async #keepSecret(path: string, proposed: string): Promise<string> {
    try {
      await this.#refuseUnlocked()
      return await keepSecretFile(path, proposed)
    } catch (error) {
      this.#onError(error)
      throw new ChatError('storage_failed')
    }
  }

  async #refuseUnlocked(): Promise<void> {
    if (await holdLock(this.#lock, this.#path)) return
    throw new AccountFileError(
      `Another server has taken the lock of the file of accounts ${this.#path}: stop one of the two, and start the other again.`,
    )
  }

  /** A file that is gone is written again, as all that it held is in memory; so is one that holds the same. */
  async #refuseForeign(): Promise<void> {
    const mark = await readMark(this.#path)
    if (mark === null || mark === this.#mark) return
    if (mark !== this.#foreignMark && (await holdsTheSame(this.#path, await this.#storedAccounts(this.#kept)))) {
      this.#mark = mark
      return
    }
    this.#foreignMark = mark
    throw new AccountFileError(
      `The file of accounts ${this.#path} was changed by something else than this server and is left as it is: restart the server to use it, or remove it to have the server write its own.`,
    )
  }

  async #storedAccounts(store: MemoryAccountStore): Promise<readonly Account[]> {
    return (await store.all()).filter(account => !isDemoAccount(account))
  }

  async #writeDraft(): Promise<ChatError | null> {
    try {
      await this.#refuseUnlocked()
      await this.#refuseForeign()
      await this.#write(this.#path, await this.#storedAccounts(this.#draft), mark => {
        this.#mark = mark
      })
      return null
    } catch (error) {
      this.#onError(error)
      return new ChatError('storage_failed')
    }
  }
}
