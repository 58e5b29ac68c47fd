import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { startRedisServer } from '../redis-server.js'
import { ServerProcess } from '../server-process.js'
import { beginLife } from './life.js'
import { markOfText } from './marks.js'
import { type Couple, meet } from './people.js'
import {
  type Place,
  placeOfAnswers,
  placeOfFiles,
  placeOfLog,
  placeOfMemory,
  placeOfRedis,
  placeOfRedisFolder,
  placesInHeap,
} from './places.js'
import { type Finding, notChecked, watchPlaces } from './watch.js'

/** How servers that are started for it are checked. */
export interface OwnPlan {
  /** How long messages live, in ms: long enough to be sent by every way and looked for while they live. */
  readonly lifeMs: number
  /** Whether there is a Redis server to start. */
  readonly hasRedis: boolean
  /** The program of the server that is looked at from outside; that of `npm start` if left out. */
  readonly program?: string
}

/**
 * For how many ms after a message's end the raw memory of a server is looked at. Nothing is promised of it; of a server that has
 * nothing else to do most is overwritten by then.
 * Source: src/ops/idle-memory.ts
 */
export const memoryWatchMs = 20_000

const secret = 'of a check Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'
const freeRegistration = async () => '/register'

/** Starts servers, has messages live and end on each, and looks for them. */
export async function verifyOwnServers({ lifeMs, hasRedis, program }: OwnPlan): Promise<Finding[]> {
  const findings = await Promise.all([
    verifyFromOutside(lifeMs, program),
    verifyFromInside(lifeMs),
    hasRedis ? verifyOverRedis(lifeMs) : [notChecked('Redis', 'there is no Redis server on this machine')],
  ])
  return findings.flat()
}

/** The server as it is started by `npm start`, which nothing but its users touches. */
export async function verifyFromOutside(
  lifeMs: number,
  program = 'dist/main.js',
  withinMs = memoryWatchMs,
): Promise<Finding[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ephemeral-chat-remains-'))
  await mkdir(join(folder, 'tmp'))
  const server = new ServerProcess({ ...settingsIn(folder), ...livesOf(lifeMs) }, program, folder)
  const watch = async (base: string, couple: Couple) => {
    const [pid, life] = [server.child.pid ?? 0, await beginLife(base, couple)]
    const log = async () => Buffer.from(server.output)
    const places: Place[] = [
      placeOfFiles([folder], pid, markOfText('the name of a person', couple.ann.name)),
      placeOfLog(log, markOfText('the route of a request', '/chats/:room/messages')),
    ]
    const findings = await watchPlaces([places, [placeOfMemory(pid, withinMs)]], life)
    life.close()
    return findings
  }
  return serving(server, watch).finally(() => rm(folder, { recursive: true, force: true }))
}

/** A server that searches its own heap, which leaves words behind that nobody has sent. */
async function verifyFromInside(lifeMs: number): Promise<Finding[]> {
  const server = new ServerProcess({ ...livesOf(lifeMs), HEAP_CONTROL: 'no control' }, 'test/support/heap-server.mjs')
  return serving(server, async (base, couple) => {
    const life = await beginLife(base, couple)
    const findings = await watchPlaces([[placeOfAnswers(life)], placesInHeap(server)], life)
    life.close()
    return findings
  })
}

async function verifyOverRedis(lifeMs: number): Promise<Finding[]> {
  // Else DUMP could compress what is looked for.
  const redis = await startRedisServer(['--rdbcompression', 'no'])
  const viewer = new Redis(redis.url)
  const shared = { REDIS_URL: redis.url, SESSION_SECRET: secret, JWT_SECRET: secret }
  const server = new ServerProcess({ ...livesOf(lifeMs), ...shared })
  const watch = async (base: string, couple: Couple) => {
    const life = await beginLife(base, couple)
    const findings = await watchPlaces([[await placeOfRedisFolder(viewer)], [placeOfRedis(viewer)]], life)
    life.close()
    return findings
  }
  return serving(server, watch).finally(async () => {
    viewer.disconnect()
    await redis.stop()
  })
}

async function serving(
  server: ServerProcess,
  watch: (base: string, couple: Couple) => Promise<Finding[]>,
): Promise<Finding[]> {
  try {
    const base = await server.address()
    return await watch(base, await meet(base, freeRegistration))
  } finally {
    await server.stop()
  }
}

/** All that it writes goes below one folder, and it writes as much to its log as it ever does. */
const settingsIn = (folder: string) => ({
  ACCOUNTS_URL: `file:${join(folder, 'accounts.json')}`,
  UPLOAD_DIR: join(folder, 'uploads'),
  TMPDIR: join(folder, 'tmp'),
  LOG_LEVEL: 'trace',
})

const livesOf = (lifeMs: number) => ({
  MESSAGE_TTL_MS: String(lifeMs),
  IMAGE_TTL_MS: String(lifeMs),
  RATE_LIMIT_MESSAGES: '100',
  RATE_LIMIT_API: '100',
})
