import { randomBytes } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { type FileHandle, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { faultCodeOf } from '../../system-fault.js'
import { type Account, emailKey, usernameKey } from '../account.js'
import { deviceSchema } from '../device.js'
import { readSettings } from './stored-settings.js'

const ownerOnly = 0o600
/** Accounts that are serialised in one go: a millisecond or two of work. */
const accountsPerPart = 1000
const formatName = 'ephemeral-chat-accounts'

/** The version of the format. Later versions of the program read earlier ones. */
const formatVersion = 1

/** Accounts cannot be kept in a file. The message is one sentence for the operator. */
export class AccountFileError extends Error {
  override readonly name = 'AccountFileError'
}

/** An account as it is stored, in a file or elsewhere. */
export const storedAccount = z.strictObject({
  id: z.string().min(1),
  username: z.string().min(1),
  email: z.string().min(1),
  passwordHash: z.string().min(1),
  createdAt: z.number(),
  generation: z.int().min(0),
  isDisabled: z.boolean(),
  settings: z.record(z.string(), z.unknown()),
  blocked: z.array(z.string().min(1)).default([]),
  devices: z.array(deviceSchema).default([]),
})

/** The account that was stored. */
export function readAccount(stored: z.output<typeof storedAccount>): Account {
  return { ...stored, ...readSettings(stored.settings) }
}

/** An account as the text that is stored. */
export function formatAccount(account: Account): string {
  const { unknownSettings, ...known } = account
  return JSON.stringify({ ...known, settings: { ...account.settings, ...unknownSettings } })
}

const isUnique = <T>(keys: readonly T[]) => new Set(keys).size === keys.length

const accountFile = z.strictObject({
  format: z.literal(formatName),
  version: z.literal(formatVersion),
  accounts: z
    .array(storedAccount)
    .refine(accounts => isUnique(accounts.map(({ id }) => id)))
    .refine(accounts => isUnique(accounts.map(({ username }) => usernameKey(username))))
    .refine(accounts => isUnique(accounts.map(({ email }) => emailKey(email)))),
})

/**
 * Reads the accounts of a file; null if there is no such file.
 * @throws AccountFileError for a file that cannot be read, holds something else, or is of another version
 */
export async function readAccountFile(path: string): Promise<readonly Account[] | null> {
  const text = await readText(path)
  if (text === null) return null
  const { success, data } = accountFile.safeParse(parseJson(text))
  if (success) return data.accounts.map(readAccount)
  throw new AccountFileError(
    `The file of accounts ${path} is damaged or from another version and was left unchanged: repair it, restore a backup, or name another file in ACCOUNTS_URL.`,
  )
}

/** Whether a file holds just these accounts, however it is written. False for one that cannot be read, or is damaged. */
export async function holdsTheSame(path: string, accounts: readonly Account[]): Promise<boolean> {
  const there = await readAccountFile(path).catch((error: unknown) => {
    if (error instanceof AccountFileError) return null
    throw error
  })
  if (there?.length !== accounts.length) return false
  const byId = new Map(there.map(account => [account.id, account]))
  const asStored = (account: Account | undefined): unknown => account && JSON.parse(formatAccount(account))
  return accounts.every(account => isDeepStrictEqual(asStored(byId.get(account.id)), asStored(account)))
}

/** Undefined for text that is not JSON; no schema accepts it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (faultCodeOf(error) === 'ENOENT') return null
    throw new AccountFileError(`The file of accounts ${path} cannot be read (${faultCodeOf(error)}).`, { cause: error })
  }
}

/**
 * What tells a file from another in its place, and from itself once it was written again; null if there is none.
 * @throws the system's error if it cannot be looked at
 */
export async function readMark(path: string): Promise<string | null> {
  try {
    return markOf(await stat(path, { bigint: true }))
  } catch (error) {
    if (faultCodeOf(error) === 'ENOENT') return null
    throw error
  }
}

function markOf({ dev, ino, size, mtimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs].join()
}

/**
 * Writes a file of these accounts in the place of the one before.
 * @param onReplaced told the mark of the new file once it is in its place, also if the write fails after that
 */
export function writeAccountFile(
  path: string,
  accounts: readonly Account[],
  onReplaced?: (mark: string) => void,
): Promise<void> {
  return replaceFile(path, partsOf(accounts), onReplaced)
}

/**
 * Replaces a file by a new one, which only its owner can read, so that at any moment either of the two is complete.
 * @param onReplaced see `writeAccountFile`
 */
export async function replaceFile(
  path: string,
  parts: Iterable<string>,
  onReplaced: (mark: string) => void = () => {},
): Promise<void> {
  const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`
  try {
    // By its path it could be the mark of a file that something else has put there since.
    const mark = await writeThrough(temporary, parts)
    await rename(temporary, path)
    onReplaced(mark)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** The text of the file in parts, so that serialising many accounts does not block the server. */
function* partsOf(accounts: readonly Account[]): Generator<string> {
  yield `{"format":${JSON.stringify(formatName)},"version":${formatVersion},"accounts":[`
  for (let start = 0; start < accounts.length; start += accountsPerPart) {
    const part = accounts.slice(start, start + accountsPerPart).map(formatAccount)
    yield `${start > 0 ? ',' : ''}${part.join()}`
  }
  yield ']}'
}

/** Removes temporary files that interrupted writes have left, and nothing else. */
export async function removeLeftovers(path: string): Promise<void> {
  const name = basename(path)
  for (const file of await readdir(dirname(path))) {
    const isOurs = file.startsWith(`${name}.`) && /^[0-9a-f]{16}\.tmp$/.test(file.slice(name.length + 1))
    if (isOurs) await rm(join(dirname(path), file), { force: true })
  }
}

/** Writes a new file, and resolves with its mark once it is on the disk. */
async function writeThrough(path: string, parts: Iterable<string>): Promise<string> {
  return using(await open(path, 'wx', ownerOnly), async file => {
    for (const part of parts) await file.appendFile(part)
    await file.sync()
    return markOf(await file.stat({ bigint: true }))
  })
}

/** A renamed file is safe only once its folder is on the disk. */
async function syncFolder(folder: string): Promise<void> {
  await using(await open(folder, 'r'), file => file.sync())
}

async function using<T>(file: FileHandle, work: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    return await work(file)
  } finally {
    await file.close()
  }
}
