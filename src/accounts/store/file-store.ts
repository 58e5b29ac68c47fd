import { mkdir, realpath } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Clock } from '../../chat/clock.js'
import type { UserId } from '../../chat/engine.js'
import { ChatError } from '../../chat/errors.js'
import { FileLock } from '../../file-lock.js'
import { codeOf } from '../../system-fault.js'
import type { Account } from '../account.js'
import { isDemoAccount } from '../demo-accounts.js'
import { AccountFileError, readAccountFile, removeLeftovers, writeAccountFile } from './account-file.js'
import type { AccountAmendment, AccountChanges, AccountStore } from './account-store.js'
import { MemoryAccountStore } from './memory-store.js'

const ownerOnlyFolder = 0o700
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
 * changes that come meanwhile share the next write. Demo accounts are not in the file.
 */
export class FileAccountStore implements AccountStore {
  readonly #path: string
  readonly #lock: FileLock
  readonly #onError: (error: unknown) => void
  readonly #write: typeof writeAccountFile
  readonly #clock: Clock
  /** The accounts as the file holds them. */
  readonly #kept: MemoryAccountStore
  /** The accounts as the next write will have them. Kept between writes, as copying all accounts would block the server. */
  readonly #draft: MemoryAccountStore
  #waiting: Change[] = []
  #turn: Promise<void> = Promise.resolve()
  #isClosed = false
  /** When the next write may begin, by the clock. */
  #restsUntil = 0
  #endRest: () => void = () => {}

  private constructor(path: string, lock: FileLock, kept: MemoryAccountStore, options: FileAccountStoreOptions) {
    this.#path = path
    this.#lock = lock
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
    const target = await prepare(path)
    const lock = await takeLock(target)
    try {
      const accounts = await readAccountFile(target)
      if (accounts === null) await begin(target)
      await removeLeftovers(target)
      return new FileAccountStore(target, lock, MemoryAccountStore.of(accounts ?? []), options)
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

  /** Writes what waits at once, and gives the file back. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#endRest()
    await this.#turn
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
      if (this.#waiting.length === 1) this.#turn = this.#turn.then(() => this.#keepWaiting())
    })
  }

  /** Makes the waiting changes on the draft. Once they are in the file they are kept, or else taken back. */
  async #keepWaiting(): Promise<void> {
    await this.#rest()
    const startedAt = this.#clock.now()
    const changes = this.#waiting
    this.#waiting = []
    for (const change of changes) await change.run(this.#draft)
    const failure = await this.#keep()
    const changed = new Set(changes.map(({ id }) => id))
    if (failure === null) this.#kept.copyFrom(this.#draft, changed)
    else this.#draft.copyFrom(this.#kept, changed)
    const now = this.#clock.now()
    this.#restsUntil = now + Math.min(restsPerWrite * (now - startedAt), longestRestMs)
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

  async #keep(): Promise<ChatError | null> {
    try {
      if (!(await this.#lock.isHeld())) throw new AccountFileError('Another server has taken the file of accounts')
      const accounts = await this.#draft.all()
      await this.#write(
        this.#path,
        accounts.filter(account => !isDemoAccount(account)),
      )
      return null
    } catch (error) {
      this.#onError(error)
      return new ChatError('storage_failed')
    }
  }
}

async function takeLock(path: string): Promise<FileLock> {
  const lockPath = `${path}.lock`
  const lock = await FileLock.take(lockPath).catch((error: unknown) => {
    throw new AccountFileError(`No lock can be written at ${lockPath} (${codeOf(error)}).`, { cause: error })
  })
  if (lock) return lock
  throw new AccountFileError(
    `The file of accounts ${path} is in use by another server: stop that one, or name another file in ACCOUNTS_URL.`,
  )
}

/** Makes the folder, and answers where the file really is, so that a link to it stays one. */
async function prepare(path: string): Promise<string> {
  try {
    await mkdir(dirname(resolve(path)), { recursive: true, mode: ownerOnlyFolder })
    return await realpath(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return resolve(path)
    throw cannotWrite(path, error)
  }
}

/** An empty file at the start shows what could not be written before anyone relies on it. */
async function begin(path: string): Promise<void> {
  try {
    await writeAccountFile(path, [])
  } catch (error) {
    throw cannotWrite(path, error)
  }
}

function cannotWrite(path: string, error: unknown): AccountFileError {
  return new AccountFileError(`The file of accounts ${path} cannot be written (${codeOf(error)}).`, { cause: error })
}
