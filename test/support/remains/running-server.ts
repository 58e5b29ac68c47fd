import { once } from 'node:events'
import { dirname } from 'node:path'
import { Refusal } from '../../../scripts/command.mjs'
import { inTime } from '../in-time.js'
import { type Folder, placeOfFiles, placeOfLogFile, sealedPicture } from './file-places.js'
import { beginLife } from './life.js'
import { type Mark, markOfText } from './marks.js'
import { type Couple, meet, type Person } from './people.js'
import { type Place, placeOfAnswers, placeOfMemory } from './places.js'
import { readProcessSettings } from './process-settings.js'
import { type Operator, ThrowawayAccounts } from './throwaway-accounts.js'
import { Unreadable } from './unreadable.js'
import { type Finding, notChecked, watchPlaces } from './watch.js'

/** A server that runs already, and what is known of it. */
export interface RunningServer {
  /** Where people reach it. */
  readonly url: string
  readonly operator: Operator
  /** Its process, if it runs on this machine; null where it is not named. */
  readonly pid: number | null
  /** The file that its log goes to; null where it is not named. */
  readonly logFile: string | null
  /** For how long after the end of all messages its raw memory is looked at, in ms. */
  readonly memoryWatchMs: number
  /** Ends it early, with its reason as the error. The accounts are deleted all the same. */
  readonly signal: AbortSignal
}

/** The shortest life that a chat may choose, counted from being seen, in ms. Source: src/chat/lifetimes.ts */
const lifeMs = 60_000
/** How long two accounts and their chat may take, and all that comes after, in ms; usually seconds, and two to three minutes. */
const meetingMs = 120_000
const watchingMs = 480_000
/** The answer to a choice that a server does not offer: its longest life is shorter than that. */
const notOffered = 422

/** What cannot be looked at from outside. */
const inside: readonly Finding[] = [
  'strings of a heap snapshot',
  'live buffers',
  'keys, values and files of Redis, where the server uses one',
].map(name =>
  notChecked(name, 'only a server that this command starts itself (without a URL) can be searched in this way'),
)

/** Accounts that were made for this could not be deleted, and something else failed too, which is the cause. */
export class AccountsStay extends Error {
  override readonly name = 'AccountsStay'
}

/**
 * Has messages of two throwaway accounts live and end on a server that others use, and looks for them.
 * @throws ShortLives, AccountsStay
 */
export async function verifyRunningServer(server: RunningServer): Promise<Finding[]> {
  const accounts = new ThrowawayAccounts(server.url, server.operator)
  const verify = async () => {
    // Not cut short by Ctrl+C: an account that is being made would stay.
    const couple = await doInTime(
      meet(credentials => accounts.make(credentials)),
      meetingMs,
    )
    server.signal.throwIfAborted()
    return Promise.race([doInTime(watch(server, couple), watchingMs), abortion(server.signal)])
  }
  const [outcome] = await Promise.allSettled([verify()])
  const stay = await accounts.removeAll()
  if (outcome.status === 'fulfilled') return stay ? [...outcome.value, stay] : outcome.value
  throw stay ? new AccountsStay(stay.line, { cause: outcome.reason }) : outcome.reason
}

/** Waits for what a server that does not answer would never end. */
const doInTime = <T>(work: Promise<T>, mostMs: number): Promise<T> =>
  inTime(
    work,
    mostMs,
    () =>
      new Refusal(
        `The server has not done in ${mostMs / 60_000} minutes what it should: it does not answer, or is very busy.`,
      ),
  )

async function abortion(signal: AbortSignal): Promise<never> {
  await once(signal, 'abort')
  throw signal.reason
}

async function watch(server: RunningServer, couple: Couple): Promise<Finding[]> {
  await chooseShortLives(couple)
  const { pid, logFile, memoryWatchMs } = server
  // Before anything is sent, which could be in it.
  const log =
    logFile === null
      ? notChecked('the log', 'its file was not named (--log FILE)')
      : await placeOfLogFile(logFile, () => couple.ann.client.get(couple.chat))
  const life = await beginLife(server.url, couple)
  try {
    if (life.endsAt > Date.now() + 2 * lifeMs) throw new Error('The lives that were chosen have not begun')
    const onProcess = 'its process was not named (--pid PID, on the machine of the server)'
    const files = pid === null ? notChecked('files', onProcess) : await filesOf(pid, couple.ann)
    const memory =
      pid === null
        ? notChecked('raw memory of the process, free memory too', onProcess)
        : placeOfMemory(pid, life, memoryWatchMs)
    const isPlace = (each: Place | Finding): each is Place => 'search' in each
    const groups = [[files, log].filter(isPlace), [placeOfAnswers(life)], [memory].filter(isPlace)]
    const others = [files, log, memory].flatMap(each => (isPlace(each) ? [] : [each]))
    return [...(await watchPlaces(groups, life)), ...others, ...inside]
  } finally {
    life.close()
  }
}

/** Where the server does not offer them, its own are shorter still. */
async function chooseShortLives({ ann, chat }: Couple): Promise<void> {
  const choice = { lifetimeMs: String(lifeMs), from: 'seen' }
  const { status } = await ann.client.post(`${chat}/lifetime`, choice, chat)
  if (status !== 303 && status !== notOffered) throw new Error(`The choice of a life was answered with ${status}`)
}

/** The folders in which the server keeps accounts and pictures, by its own settings, and what it has open. */
async function filesOf(pid: number, { name }: Person): Promise<Place | Finding> {
  try {
    const { config, find } = await readProcessSettings(pid)
    const folders: Folder[] = []
    const proofs: Mark[] = []
    if (config.accounts.kind === 'file') {
      const file = find(config.accounts.path)
      // Not what else is below it: that may be all of the program.
      folders.push({ name: dirname(file.name), path: dirname(file.path), isDeep: false })
      proofs.push(markOfText('the name of a person', name))
    }
    // Over Redis it keeps no picture.
    if (config.redisUrl === null) {
      folders.push({ ...find(config.images.uploadDir), isDeep: true })
      proofs.push(sealedPicture)
    }
    return placeOfFiles(folders, pid, proofs)
  } catch (error) {
    if (error instanceof Unreadable) return notChecked('files', error.message)
    throw error
  }
}
