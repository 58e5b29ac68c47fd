/**
 * What the lives of messages cost on a server without push, and on one where 10,000 devices wait to be told whose push service
 * takes connections and never answers; by turns. Also what the second holds in memory for them.
 */
import { createECDH, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import bcrypt from 'bcryptjs'
import { startWithPairs, warm } from './driver/contenders.mjs'
import { Series } from './driver/figures.mjs'
import { forEachBelow } from './driver/turns.mjs'

const awayCount = 1_000
const devicesEach = 10
const pairCount = 20
const chat = { rate: 100, ms: 5000 }
const rounds = 4
const warmUpsAtMost = 3
const atOnce = 8
/** Longer than the rounds take, so that what waits does so all the time. */
const lifeMs = 140_000
/** Longer than it takes until who is away is told, and until that service is known to be down. */
const toldMs = 10_000
const restMs = 20_000
/** By then what has waited for messages that are gone is counted: a service that is down is tried once a minute. */
const endedMs = 62_000
const password = 'long enough 1'
const metricsToken = 'a-token-of-the-bench-alone'
const megabyte = 1_048_576

/** Somebody with as many devices as one may have, as the file of accounts has it. */
function makeAway(index, passwordHash) {
  const name = `away-${index}`
  const devices = Array.from({ length: devicesEach }, (_, number) => ({
    id: `${name}-${number}`,
    endpoint: `https://fcm.googleapis.com/fcm/send/${randomBytes(120).toString('base64url')}`,
    p256dh: createECDH('prime256v1').generateKeys('base64url'),
    auth: randomBytes(16).toString('base64url'),
    session: randomBytes(32).toString('base64url'),
    browser: 'Chrome',
    system: 'Android',
    addedAt: 1,
    endsAt: Date.now() + 86_400_000,
  }))
  const account = { id: name, username: name, email: `${name}@example.com`, passwordHash, createdAt: 1 }
  return { ...account, generation: 0, isDisabled: false, settings: {}, blocked: [], devices }
}

/** In the place of the way out: what goes to a push service is never answered. */
async function startSilence() {
  const silence = createServer(socket => socket.on('error', () => {})).listen(0, '127.0.0.1')
  await once(silence, 'listening')
  return silence
}

/** Has somebody write to everybody who is away, who have opened their chat and left. */
async function writeToAway(people) {
  const writer = await people.register()
  await forEachBelow(awayCount, atOnce, async index => {
    const { token } = await people.requests.postJson('/api/auth/login', {
      email: `away-${index}@example.com`,
      password,
    })
    const { roomId } = await people.requests.postJson('/api/chat/rooms', { otherUserId: writer.id }, token)
    const message = { content: 'hello', nonce: 'n1' }
    await people.requests.postJson(`/api/chat/rooms/${roomId}/messages`, message, writer.token)
  })
}

/** How many pushes have ended in this way. */
async function countEnded(people, outcome) {
  const headers = { authorization: `Bearer ${metricsToken}` }
  const { content } = await people.requests.expect(200, 'GET', '/metrics', { headers })
  return Number(new RegExp(`pushes_total\\{outcome="${outcome}"\\} (\\d+)`).exec(content.toString())?.[1] ?? 0)
}

export async function measure() {
  const folder = mkdtempSync(join(tmpdir(), 'ephemeral-chat-bench-pushes-'))
  const silence = await startSilence()
  const passwordHash = bcrypt.hashSync(password, 4)
  const accounts = Array.from({ length: awayCount }, (_, index) => makeAway(index, passwordHash))
  const file = name => {
    const path = join(folder, name)
    writeFileSync(path, JSON.stringify({ format: 'ephemeral-chat-accounts', version: 1, accounts }), { mode: 0o600 })
    return `file:${path}`
  }
  const settings = { MESSAGE_TTL_MS: `${lifeMs}`, METRICS_TOKEN: metricsToken }
  const contenders = {
    'without push': await startWithPairs('page', pairCount, { ...settings, ACCOUNTS_URL: file('off.json') }),
    'while 10,000 devices wait': await startWithPairs('page', pairCount, {
      ...settings,
      ACCOUNTS_URL: file('on.json'),
      PUSH_CONTACT: 'mailto:bench@example.com',
      PUSH_PROXY: `http://127.0.0.1:${silence.address().port}`,
    }),
  }
  for (const contender of Object.values(contenders)) await warm(contender, warmUpsAtMost)
  const series = new Series()
  let writtenAt = 0
  for (const [name, { server, people, pairs }] of Object.entries(contenders)) {
    const { heap: before } = await server.memory()
    await writeToAway(people)
    writtenAt = performance.now()
    const { p99 } = await pairs.atRate(chat, () => server.processorMs)
    series.note(`${name}: p99 of a life just after 1,000 people were written to, ms`, p99)
    await delay(toldMs)
    series.note(`${name}: heap that they take, MB`, ((await server.memory()).heap - before) / megabyte)
  }
  const from = Object.values(contenders).map(({ server }) => server.processorMs)
  await delay(restMs)
  for (const [index, [name, { server }]] of Object.entries(contenders).entries())
    series.note(`${name}: processor time in 20 s without a message, ms`, server.processorMs - from[index])
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, { server, pairs }] of Object.entries(contenders)) {
      const { p50, p99, processorUs } = await pairs.atRate(chat, () => server.processorMs)
      series.note(`${name}: p50 of a life, ms`, p50)
      series.note(`${name}: p99 of a life, ms`, p99)
      series.note(`${name}: processor time a life, us`, processorUs)
    }
  }
  await delay(Math.max(0, writtenAt + lifeMs + endedMs - performance.now()))
  const [, { people }] = Object.values(contenders)
  series.note('pushes that ended with their messages', await countEnded(people, 'expired'))
  for (const each of Object.values(contenders)) {
    each.people.close()
    await each.server.stop()
  }
  silence.close()
  rmSync(folder, { recursive: true, force: true })
  return series.figures
}
