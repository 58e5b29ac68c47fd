import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { scratchFolder } from '../leftovers.js'
import { startRedisServer } from '../redis-server.js'
import { ServerProcess } from '../server-process.js'
import { placeOfFiles, placeOfLog, placeOfRedisFolder, placeOfSealedFiles, sealedPicture } from './file-places.js'
import { beginLife, type Life, ShortLives } from './life.js'
import { type Mark, markOfText } from './marks.js'
import { type Couple, meet, registerAt } from './people.js'
import { type Place, placeOfAnswers, placeOfMemory, placeOfRedis, placesInHeap } from './places.js'
import { type Finding, notChecked, watchPlaces } from './watch.js'

/** How servers that are started for it are checked. */
export interface OwnPlan {
  /**
   * How long messages live, in ms. Where they end before all places were looked at while they lived, it is done again with lives
   * twice as long.
   */
  readonly lifeMs: number
  /** For how long after their end raw memory is looked at, in ms. */
  readonly memoryWatchMs: number
  /** Whether there is a Redis server to start. */
  readonly hasRedis: boolean
}

/** Longer lives are not tried: a machine as slow as that cannot be checked in the time that there is, ms. */
const longestLifeMs = 60_000

const secret = 'of a check Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'

/** Starts servers, has messages live and end on each, and looks for them. @throws ShortLives */
export async function verifyOwnServers({ lifeMs, memoryWatchMs, hasRedis }: OwnPlan): Promise<Finding[]> {
  const findings = await Promise.all([
    withLivesFrom(lifeMs, each => verifyFromOutside(each, memoryWatchMs)),
    withLivesFrom(lifeMs, verifyFromInside),
    hasRedis
      ? withLivesFrom(lifeMs, verifyOverRedis)
      : [notChecked('Redis', 'there is no Redis server on this machine')],
  ])
  return findings.flat()
}

/** Verifies with longer lives for as long as they are too short. @throws ShortLives */
async function withLivesFrom(lifeMs: number, verify: (lifeMs: number) => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await verify(lifeMs)
  } catch (error) {
    if (!(error instanceof ShortLives) || 2 * lifeMs > longestLifeMs) throw error
    return withLivesFrom(2 * lifeMs, verify)
  }
}

/** The mark by which a search is known to find what there is: a name stays when messages go. */
const nameOf = ({ ann }: Couple): Mark => markOfText('the name of a person', ann.name)

/**
 * The server as it is started by `npm start`, which nothing but its users touches.
 * @param memoryWatchMs for how long after the end of all messages its raw memory is looked at, in ms
 */
export async function verifyFromOutside(
  lifeMs: number,
  memoryWatchMs: number,
  program = 'dist/main.js',
): Promise<Finding[]> {
  const folder = scratchFolder('remains')
  mkdirSync(join(folder.path, 'tmp'))
  const server = new ServerProcess({ ...settingsIn(folder.path), ...livesOf(lifeMs) }, program, folder.path)
  const log = async () => Buffer.from(server.output)
  const place = (life: Life, couple: Couple): Place[][] => [
    [
      placeOfFiles([{ name: folder.path, path: folder.path, isDeep: true }], pidOf(server), [
        nameOf(couple),
        sealedPicture,
      ]),
      placeOfLog(log, [markOfText('the route of a request', '/chats/:room/messages')]),
    ],
    [placeOfSealedFiles(join(folder.path, 'uploads'), life)],
    [placeOfMemory(pidOf(server), life, memoryWatchMs)],
  ]
  return watchServer(server, lifeMs, place).finally(() => folder.remove())
}

/** A server that searches its own heap, which leaves words behind that nobody has sent. */
async function verifyFromInside(lifeMs: number): Promise<Finding[]> {
  const env = { ...livesOf(lifeMs), HEAP_CONTROL: 'no control' }
  const server = new ServerProcess(env, 'test/support/heap-server.mjs')
  return watchServer(server, lifeMs, life => [[placeOfAnswers(life)], placesInHeap(server, life)])
}

async function verifyOverRedis(lifeMs: number): Promise<Finding[]> {
  // Else DUMP could compress what is looked for.
  const redis = await startRedisServer(['--rdbcompression', 'no'])
  const viewer = new Redis(redis.url)
  const files = await placeOfRedisFolder(viewer)
  const shared = { REDIS_URL: redis.url, SESSION_SECRET: secret, JWT_SECRET: secret }
  const server = new ServerProcess({ ...livesOf(lifeMs), ...shared })
  return watchServer(server, lifeMs, life => [[files], [placeOfRedis(viewer, life)]]).finally(async () => {
    viewer.disconnect()
    await redis.stop()
  })
}

const pidOf = ({ child }: ServerProcess) => child.pid ?? 0

/** Has a life go on at a server, watches places, and stops the server. @throws ShortLives */
async function watchServer(
  server: ServerProcess,
  lifeMs: number,
  place: (life: Life, couple: Couple) => Place[][],
): Promise<Finding[]> {
  try {
    const base = await server.address()
    const couple = await meet(registerAt(base))
    const begunAt = Date.now()
    const life = await beginLife(base, couple).catch((cause: unknown) => {
      // What was sent first may have ended before the rest was sent.
      throw Date.now() < begunAt + lifeMs ? cause : new ShortLives('Not all was sent in time', { cause })
    })
    const findings = await watchPlaces(place(life, couple), life)
    life.close()
    return findings
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
