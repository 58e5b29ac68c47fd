import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { codeOf } from '../../system-fault.js'
import { type Account, emailKey, usernameKey } from '../account.js'
import { settingsSchema } from '../settings.js'

const ownerOnly = 0o600
/** A millisecond or two of work. */
const accountsPerPart = 1000
const formatName = 'ephemeral-chat-accounts'

/** The shape that this program writes. A later one reads the earlier. */
const formatVersion = 1

/** Why accounts cannot be kept in a file. Its message is one sentence for whoever runs the server. */
export class AccountFileError extends Error {
  override readonly name = 'AccountFileError'
}

const storedSettings = settingsSchema.extend({
  // A zone that this machine does not know, as after a move, is no reason not to start.
  zone: settingsSchema.shape.zone.catch(null),
  // Nor is a language that an earlier or later version has.
  language: settingsSchema.shape.language.catch('auto'),
})

const storedAccount = z.strictObject({
  id: z.string().min(1),
  username: z.string().min(1),
  email: z.string().min(1),
  passwordHash: z.string().min(1),
  createdAt: z.number(),
  generation: z.int().min(0),
  isDisabled: z.boolean(),
  settings: storedSettings,
  blocked: z.array(z.string().min(1)).default([]),
})

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
 * Reads the accounts of a file; null when there is no such file.
 * @throws AccountFileError for a file that cannot be read, is no file of accounts, or is of another version
 */
export async function readAccountFile(path: string): Promise<readonly Account[] | null> {
  const text = await readText(path)
  if (text === null) return null
  const { success, data } = accountFile.safeParse(parseJson(text))
  if (success) return data.accounts
  throw new AccountFileError(
    `The file of accounts ${path} is broken or of another version, and is left as it is: mend it, put a copy from before in its place, or name another in ACCOUNTS_URL.`,
  )
}

/** Undefined for what is not JSON, which no schema accepts. */
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
    if (codeOf(error) === 'ENOENT') return null
    throw new AccountFileError(`The file of accounts ${path} cannot be read (${codeOf(error)}).`, { cause: error })
  }
}

/** Puts a new file in place of the old one, so that at any moment one of the two is there whole. */
export async function writeAccountFile(path: string, accounts: readonly Account[]): Promise<void> {
  const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`
  try {
    await writeThrough(temporary, partsOf(accounts))
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** The file in parts, so that nobody's chat waits while many accounts are put into words. */
function* partsOf(accounts: readonly Account[]): Generator<string> {
  yield `{"format":${JSON.stringify(formatName)},"version":${formatVersion},"accounts":[`
  for (let start = 0; start < accounts.length; start += accountsPerPart) {
    const part = accounts.slice(start, start + accountsPerPart).map(account => JSON.stringify(account))
    yield `${start > 0 ? ',' : ''}${part.join()}`
  }
  yield ']}'
}

/** Removes what a write that was killed has left, and nothing else. */
export async function removeLeftovers(path: string): Promise<void> {
  const name = basename(path)
  for (const file of await readdir(dirname(path))) {
    const isOurs = file.startsWith(`${name}.`) && /^[0-9a-f]{16}\.tmp$/.test(file.slice(name.length + 1))
    if (isOurs) await rm(join(dirname(path), file), { force: true })
  }
}

async function writeThrough(path: string, parts: Iterable<string>): Promise<void> {
  await using(await open(path, 'wx', ownerOnly), async file => {
    for (const part of parts) await file.appendFile(part)
    await file.sync()
  })
}

/** A new name in a folder lasts only once the folder itself is on the disk. */
async function syncFolder(folder: string): Promise<void> {
  await using(await open(folder, 'r'), file => file.sync())
}

async function using(file: FileHandle, work: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await work(file)
  } finally {
    await file.close()
  }
}
