import { mkdir, realpath } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { FileLock } from '../../file-lock.js'
import { faultCodeOf } from '../../system-fault.js'
import { AccountFileError, writeAccountFile } from './account-file.js'

const ownerOnlyFolder = 0o700

/**
 * Locks a file of accounts for this process.
 * @throws AccountFileError when another server has the lock, or it cannot be written
 */
export async function lockFile(path: string): Promise<FileLock> {
  const lockPath = `${path}.lock`
  const lock = await FileLock.take(lockPath).catch((error: unknown) => {
    throw new AccountFileError(`No lock can be written at ${lockPath} (${faultCodeOf(error)}).`, { cause: error })
  })
  if (lock) return lock
  throw new AccountFileError(
    `The file of accounts ${path} is in use by another server: stop that one, or name another file in ACCOUNTS_URL.`,
  )
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
