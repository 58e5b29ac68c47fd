import { existsSync } from 'node:fs'
import { readFile, readlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { beginLife } from './life.js'
import { markOfText } from './marks.js'
import { type Couple, type Invite, meet, type Person } from './people.js'
import { type Place, placeOfAnswers, placeOfFiles, placeOfLog, placeOfMemory } from './places.js'
import { memoryWatchMs } from './verification.js'
import { type Finding, notChecked, watchPlaces } from './watch.js'

/** A server that runs already, and what is known of it. */
export interface RunningServer {
  readonly url: string
  readonly invite: Invite
  /** Deletes an account. */
  readonly remove: (name: string) => Promise<void>
  /** Its process, if it runs on this machine; null where it is not named. */
  readonly pid: number | null
  /** The file that its log goes to; null where it is not named. */
  readonly logFile: string | null
  /** Its settings. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The shortest life that a chat may choose, in ms. Source: src/chat/lifetimes.ts */
const lifeMs = 60_000
/** Longer lives are not waited for, ms. */
const longestWaitMs = 120_000

/** The messages of this server live too long to wait for their end. */
export class LongLives extends Error {
  override readonly name = 'LongLives'
}

/**
 * Has messages of two throwaway accounts live and end on a server that others use, and looks for them.
 * @throws NobodyRegisters, LongLives
 */
export async function verifyRunningServer(server: RunningServer): Promise<Finding[]> {
  const couple = await meet(server.url, server.invite)
  try {
    return await watch(server, couple)
  } finally {
    for (const { name } of [couple.ann, couple.ben]) await server.remove(name)
  }
}

async function watch(server: RunningServer, couple: Couple): Promise<Finding[]> {
  const { url, pid, logFile } = server
  const choice = { lifetimeMs: String(lifeMs), from: 'seen' }
  await couple.ann.client.post(`${couple.chat}/lifetime`, choice, couple.chat)
  const life = await beginLife(url, couple)
  if (life.endsAt > Date.now() + longestWaitMs) {
    life.close()
    throw new LongLives(`They end at ${new Date(life.endsAt).toISOString()}`)
  }
  const outside: Place[] = logFile === null ? [] : [placeOfLog(() => readFile(logFile))]
  if (pid !== null) outside.push(await filesOf(server, pid, couple.ann))
  const memory = pid === null ? [] : [placeOfMemory(pid, memoryWatchMs)]
  const findings = await watchPlaces([outside, [placeOfAnswers(life)], memory], life)
  life.close()
  return [...findings, ...notLookedAt(server)]
}

/** The folder of its pictures and that of its accounts. */
async function filesOf({ env }: RunningServer, pid: number, { name }: Person): Promise<Place> {
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => process.cwd())
  const [, accounts = './data/accounts.json'] = /^file:(.*)$/.exec(env.ACCOUNTS_URL ?? '') ?? []
  const hasFile = existsSync(resolve(folder, accounts))
  const folders = [resolve(folder, env.UPLOAD_DIR ?? './uploads'), ...(hasFile ? [join(folder, accounts, '..')] : [])]
  const proof = hasFile ? markOfText('the name of a person', name) : undefined
  return placeOfFiles(folders.filter(existsSync), pid, proof)
}

function notLookedAt({ pid, logFile, env }: RunningServer): Finding[] {
  const own = 'only servers that this command starts itself (without an address) can be searched in this way'
  const onProcess = 'its process was not named (--pid PID, on the machine of the server)'
  return [
    ...(pid === null ? [notChecked('files', onProcess), notChecked('raw memory of the process', onProcess)] : []),
    ...(logFile === null ? [notChecked('the log', 'its file was not named (--log FILE)')] : []),
    notChecked('strings of a heap snapshot, live buffers', own),
    ...(env.REDIS_URL ? [notChecked('keys, values and files of Redis', own)] : []),
  ]
}
