import { mkdir, realpath } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { FileLock } from '../../file-lock.js'
import { faultCodeOf } from '../../system-fault.js'
import { AccountFileError, writeAccountFile } from './account-file.js'

const ownerOnlyFolder = 0o700
const lockOf = (path: string) => `${path}.lock`

/**
 * Locks a file of accounts for this process.
 * @throws AccountFileError when another server has the lock, or it cannot be written
 */
export async function lockFile(path: string): Promise<FileLock> {
  const lockPath = lockOf(path)
  const lock = await FileLock.take(lockPath).catch((error: unknown) => {
    throw new AccountFileError(`No lock can be written at ${lockPath} (${faultCodeOf(error)}).`, { cause: error })
  })
  if (lock) return lock
  throw new AccountFileError(
    `The file of accounts ${path} is in use by another server: stop that one, or name another file in ACCOUNTS_URL.`,
  )
}

/**
 * Whether the lock of a file of accounts is still this process's, once it was taken again where it was merely lost.
 * @throws AccountFileError when it cannot be read or written
 */
export async function holdLock(lock: FileLock, path: string): Promise<boolean> {
  return lock.hold().catch((error: unknown) => {
    throw new AccountFileError(
      `The lock ${lockOf(path)} cannot be kept (${faultCodeOf(error)}), so accounts stay as they are: have a folder there that the server can write to, and remove what stands in the place of the lock. The server then goes on by itself.`,
      { cause: error },
    )
  })
}

/**
 * Makes the folder of a file of accounts, and resolves with where the file really is, so that a link to it stays a
 * link.
 * @throws AccountFileError when the folder cannot be made
 */
export async function findFile(path: string): Promise<string> {
  try {
    await mkdir(dirname(resolve(path)), { recursive: true, mode: ownerOnlyFolder })
    return await realpath(path)
  } catch (error) {
    if (faultCodeOf(error) === 'ENOENT') return resolve(path)
    throw cannotWrite(path, error)
  }
}

/**
 * Writes a file without accounts, so that a file that cannot be written is known at the start. Resolves with its mark.
 * @throws AccountFileError when it cannot be written
 */
export async function makeFile(path: string): Promise<string> {
  let made = ''
  try {
    await writeAccountFile(path, [], mark => {
      made = mark
    })
    return made
  } catch (error) {
    throw cannotWrite(path, error)
  }
}

function cannotWrite(path: string, error: unknown): AccountFileError {
  return new AccountFileError(`The file of accounts ${path} cannot be written (${faultCodeOf(error)}).`, {
    cause: error,
  })
}
