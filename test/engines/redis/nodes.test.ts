// Long because what only several nodes show stands here.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Clock } from '#src/chat/clock.js'
import { type Draft, type EngineEvent, type Publication, unshownMs } from '#src/chat/engine.js'
import { RedisEngine } from '#src/engines/redis/engine.js'
import { connect } from '#src/redis/connection.js'
import type { RedisLink } from '#src/redis/link.js'
import { prepareSettling } from '../../support/engine/settling.js'
import { day, generous } from '../../support/engine/world.js'
import { type RedisServer, startRedisServer } from '../../support/redis-server.js'

let server: RedisServer
/** For looking at what Redis holds. */
let viewer: RedisLink
let nonces = 0
let spaces = 0

beforeAll(async () => {
  // Else DUMP could compress what a test looks for.
  server = await startRedisServer(['--rdbcompression', 'no'])
  viewer = await connect(server.url, () => {})
})

afterAll(async () => {
  viewer.close()
  await server.stop()
})

/** The process's own timers, and a wall clock that is wrong by an hour. */
const wrongClock: Clock = {
  now: () => Date.now() + 3_600_000,
  awakeSince: Number.NEGATIVE_INFINITY,
  wallTimeOf: moment => moment,
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

/** A node, and what it was told: whom, and of what type. */
async function startNode(space: string, options: Partial<typeof generous> & { waitsForPrivacy?: boolean } = {}) {
  const errors: unknown[] = []
  const missed: (string | null)[] = []
  const emptied: string[] = []
  const link = await connect(server.url, error => errors.push(error))
  const engine = await RedisEngine.start({
    ...{ ...generous, messageTtlMaxMs: day, messageTtlMs: 60_000, roomGraceMs: 60_000, ...options },
    ...{ link, clock: wrongClock, secret: 'of all nodes', space, onError: error => errors.push(error) },
    onMissed: userId => missed.push(userId),
    onEmptied: () => emptied.push('emptied'),
  })
  const settle = await prepareSettling(link, [`{${space}p0}`])
  const publications: Publication[] = []
  engine.subscribe(publication => publications.push(publication))
  const stop = async () => {
    await engine.stop()
    link.close()
  }
  onTestFinished(stop)
  return {
    engine,
    link,
    settle,
    errors,
    missed,
    emptied,
    publications,
    stop,
    told: () => publications.flatMap(({ told }) => told.map(({ userId, event }) => `${userId}: ${event.type}`)),
    events: () => publications.flatMap(({ told }): EngineEvent[] => told.map(({ event }) => event)),
    removals: () => publications.flatMap(({ notices }) => notices.filter(({ type }) => type === 'messages.removed')),
  }
}

/** Two nodes on one Redis, on which nobody was before. */
async function startNodes(options: Partial<typeof generous> = {}) {
  spaces += 1
  const space = `nodes${spaces}-`
  return { space, here: await startNode(space, options), there: await startNode(space, options) }
}

function draft(lifetimeMs: number, given: Partial<Draft> = {}): Draft {
  nonces += 1
  return { nonce: `nonce-${nonces}`, text: 'hello', image: null, mostLifetimeMs: lifetimeMs, ...given }
}

/** The keys of one space that are there. */
async function keysOf(space: string): Promise<string[]> {
  const keys = await viewer.call('KEYS', `*{${space}*`)
  if (!Array.isArray(keys)) throw new TypeError('KEYS answers a list')
  return keys.map(String).sort()
}

/** All that an answer of Redis says. */
function textOf(answer: unknown): string {
  return Array.isArray(answer) ? answer.map(textOf).join('\n') : String(answer)
}

/** All that Redis holds of one space, with the names of keys. */
async function contentsOf(space: string): Promise<string> {
  const keys = await keysOf(space)
  const dumps = await Promise.all(keys.map(key => viewer.call('DUMP', key)))
  return [...keys, ...dumps.map(dump => (Buffer.isBuffer(dump) ? dump.toString('latin1') : ''))].join('\n')
}

describe('nodes on one Redis', () => {
  test('hear each of those people alone who hold a lease on them', async () => {
    const { here, there } = await startNodes()
    await here.engine.holdLease('ann', 'tab', 60_000)
    await there.engine.holdLease('bob', 'tab', 60_000)
    const { id } = await here.engine.openRoom('ann', 'bob')
    await there.engine.readRoom(id, 'bob')
    const { message } = await here.engine.sendMessage(id, 'ann', draft(60_000, { text: 'over there' }))
    await expect.poll(() => there.told()).toEqual(['bob: room.opened', 'bob: presence.changed', 'bob: message.sent'])
    await expect.poll(() => here.told()).toEqual(['ann: room.opened', 'ann: presence.changed', 'ann: message.sent'])
    expect(there.events().at(-1)).toMatchObject({ message, totalUnread: 1, summary: { unread: 1 } })
    await there.engine.dropLease('bob', 'tab', 0)
    await here.engine.sendMessage(id, 'ann', draft(60_000))
    await expect.poll(() => here.told().at(-1)).toBe('ann: message.sent')
    await there.settle()
    expect(there.told()).toHaveLength(3)
    expect([...here.errors, ...there.errors]).toEqual([])
  })

  test('hold one person’s leases together: they go when the last one of any node does', async () => {
    const { here, there } = await startNodes()
    const { id } = await here.engine.openRoom('ann', 'bob')
    await here.engine.openRoom('bob', 'ann')
    await here.engine.holdLease('ann', 'tab', 60_000)
    await here.engine.holdLease('bob', 'tab-here', 60_000)
    // This node dies: nobody renews what it holds.
    await there.engine.holdLease('bob', 'tab-there', 300)
    await there.stop()
    await here.engine.dropLease('bob', 'tab-here', 0)
    const presences = () => here.events().filter(({ type }) => type === 'presence.changed')
    await expect.poll(() => presences().length).toBe(2)
    expect(presences()).toMatchObject([{ presence: { isOnline: true } }, { presence: { isOnline: false } }])
    expect((await here.engine.readRoom(id, 'ann')).presence).toMatchObject({ isOnline: false })
  })

  test('let a message go by Redis’s time, once, and still when all but one of them are gone', async () => {
    const { here, there } = await startNodes()
    const { id } = await here.engine.openRoom('ann', 'bob')
    await here.engine.holdLease('ann', 'tab', 60_000)
    const first = await here.engine.sendMessage(id, 'ann', draft(300))
    expect(Math.abs(first.message.sentAt - Date.now())).toBeLessThan(1_000)
    await expect.poll(() => here.removals().length, { interval: 10 }).toBe(1)
    expect(Date.now() - first.message.expiresAt).toBeLessThan(250)
    await there.settle()
    expect(there.removals()).toHaveLength(1)
    await there.stop()
    const second = await here.engine.sendMessage(id, 'ann', draft(300))
    await expect.poll(() => here.removals().length, { interval: 10 }).toBe(2)
    expect(Date.now() - second.message.expiresAt).toBeLessThan(250)
    await here.settle()
    expect(here.told().filter(type => type === 'ann: message.removed')).toHaveLength(2)
    expect((await here.engine.readStats()).expiredMessages).toBe(2)
  })

  test('find one room and one message, however they race', async () => {
    const { here, there } = await startNodes()
    const both = [here.engine, there.engine]
    const views = await Promise.all(
      [...both, ...both].map((engine, at) =>
        at % 2 === 0 ? engine.openRoom('ann', 'bob') : engine.openRoom('bob', 'ann'),
      ),
    )
    expect(new Set(views.map(({ id }) => id)).size).toBe(1)
    const again = draft(60_000)
    const sent = await Promise.all([...both, ...both].map(each => each.sendMessage(views[0]?.id ?? '', 'ann', again)))
    expect(sent.filter(({ duplicate }) => !duplicate)).toHaveLength(1)
  })

  test('tell each person every change once and in its order, however much both do at once', async () => {
    const { here, there } = await startNodes()
    await here.engine.holdLease('ann', 'tab', 60_000)
    await there.engine.holdLease('bob', 'tab', 60_000)
    const { id } = await here.engine.openRoom('ann', 'bob')
    await there.engine.openRoom('bob', 'ann')
    const sides = [
      { node: here, userId: 'ann' },
      { node: there, userId: 'bob' },
    ] as const
    const work = sides.map(async ({ node, userId }) => {
      const moves: Promise<unknown>[] = []
      node.engine.subscribe(({ told }) => {
        for (const { event } of told) {
          if (event.type !== 'message.sent' || event.message.senderId === userId) continue
          moves.push(Promise.resolve(node.engine.moveCursor(id, userId, 'seen', event.message.id)))
        }
      })
      for (let count = 0; count < 25; count += 1) {
        await Promise.all([1, 2, 3, 4].map(() => node.engine.sendMessage(id, userId, draft(60_000))))
      }
      return moves
    })
    for (const moves of await Promise.all(work)) await Promise.all(moves)
    for (const { node, userId } of sides) {
      await node.settle()
      const view = await node.engine.readRoom(id, userId, { of: 'newest', limit: 200 })
      const versions = () => node.events().flatMap(event => ('version' in event ? [event.version] : []))
      await expect.poll(() => versions().at(-1)).toBe((await node.engine.readRoom(id, userId)).version)
      expect(versions()).toEqual(versions().map((_, index) => index + 1))
      const sent = node.events().flatMap(event => (event.type === 'message.sent' ? [event.message.seq] : []))
      expect(sent).toEqual(view.messages.map(({ seq }) => seq))
      expect(node.errors).toEqual([])
    }
  })

  test('are told when events may be lost: after a loss of the channels, and when a lease had lapsed', async () => {
    const { here } = await startNodes()
    const lost = () => here.missed
    await here.engine.holdLease('ann', 'tab', 60_000)
    await here.engine.holdLease('ann', 'tab', 60_000)
    expect(lost()).toEqual([])
    await here.engine.holdLease('bob', 'tab', 50)
    await expect.poll(() => here.engine.readStats()).toMatchObject({ onlineUsers: 1 })
    await here.engine.holdLease('bob', 'tab', 60_000)
    expect(lost()).toEqual(['bob'])
    await viewer.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await expect.poll(() => lost()).toEqual(['bob', null])
    const { id } = await here.engine.openRoom('ann', 'bob')
    await expect.poll(() => here.told()).toEqual(['ann: room.opened'])
    expect(id).toHaveLength(22)
  })

  test('notice that events were lost, by the next one and by the next renewals of a lease', async () => {
    const { space, here, there } = await startNodes()
    await there.stop()
    await here.engine.holdLease('ann', 'tab', 60_000)
    const { id } = await here.engine.openRoom('ann', 'bob')
    await here.engine.openRoom('bob', 'ann')
    await here.settle()
    const channels = await viewer.call('PUBSUB', 'CHANNELS', `told:{${space}p0}:*`)
    const theirs = Array.isArray(channels) ? channels.map(String) : []
    await here.link.unsubscribe(theirs)
    await here.engine.sendMessage(id, 'bob', draft(60_000))
    await here.link.subscribe(theirs)
    expect(here.missed).toEqual([])
    await here.engine.sendMessage(id, 'bob', draft(60_000))
    await expect.poll(() => here.missed).toEqual(['ann'])
    await here.link.unsubscribe(theirs)
    await here.engine.sendMessage(id, 'bob', draft(60_000))
    await here.link.subscribe(theirs)
    for (const expected of [1, 2, 2]) {
      await here.engine.holdLease('ann', 'tab', 60_000)
      expect(here.missed).toHaveLength(expected)
    }
  })

  test('know by the same name what Redis holds, and by another one what it holds after a loss', async () => {
    const { space, here, there } = await startNodes()
    const before = here.engine.runId
    expect(before).toMatch(/^[\w-]{8}$/)
    expect(there.engine.runId).toBe(before)
    await viewer.call('DEL', ...(await keysOf(space)))
    await expect.poll(() => [here.engine.runId, there.engine.runId]).not.toContain(before)
    await expect.poll(() => here.engine.runId === there.engine.runId).toBe(true)
  })

  test('open no room until the privacy of all was told, where they are to wait for it', async () => {
    spaces += 1
    const options = { waitsForPrivacy: true }
    const [here, there] = [await startNode(`nodes${spaces}-`, options), await startNode(`nodes${spaces}-`, options)]
    expect(await there.engine.isToldPrivacy()).toBe(false)
    await expect(there.engine.openRoom('ann', 'bob')).rejects.toMatchObject({ code: 'storage_failed' })
    await here.engine.noteToldPrivacy()
    expect(await there.engine.isToldPrivacy()).toBe(true)
    expect((await there.engine.openRoom('ann', 'bob')).otherId).toBe('bob')
    await viewer.call('DEL', ...(await keysOf(`nodes${spaces}-`)))
    expect(await here.engine.isToldPrivacy()).toBe(false)
    await expect(here.engine.openRoom('ann', 'bob')).rejects.toMatchObject({ code: 'storage_failed' })
  })

  test('are told when Redis has lost what it held', async () => {
    const { space, here } = await startNodes()
    const { id } = await here.engine.openRoom('ann', 'bob')
    // The first sweep has been.
    await expect.poll(() => viewer.call('HEXISTS', `tally:{${space}p0}`, 'name')).toBe(1)
    await here.engine.sweep()
    expect(here.emptied).toEqual([])
    await viewer.call('DEL', ...(await keysOf(space)))
    await expect.poll(() => here.emptied).toEqual(['emptied'])
    expect(await here.engine.isMember(id, 'ann')).toBe(false)
  })

  test('go on when Redis has forgotten their scripts', async () => {
    const { here } = await startNodes()
    const { id } = await here.engine.openRoom('ann', 'bob')
    await viewer.call('SCRIPT', 'FLUSH')
    expect((await here.engine.readRoom(id, 'ann')).id).toBe(id)
    expect((await here.engine.openRoom('ann', 'bob')).id).toBe(id)
  })
})

describe('what Redis holds', () => {
  const image = { id: 'picture-MARKER', width: 1, height: 1, alt: 'alt-MARKER' }

  test('is nothing of what was written, once it is over, and of a room that has ended its reason alone', async () => {
    const { space, here } = await startNodes()
    const { id } = await here.engine.openRoom('ann', 'bob')
    await here.engine.openRoom('bob', 'ann')
    const { message: first } = await here.engine.sendMessage(
      id,
      'ann',
      draft(400, { text: 'text-MARKER', nonce: 'nonce-MARKER', image }),
    )
    const { message: reply } = await here.engine.sendMessage(id, 'bob', draft(400, { replyTo: first.id }))
    const written = ['MARKER', reply.nonce]
    for (const trace of written) expect(await contentsOf(space)).toContain(trace)
    await expect.poll(() => here.engine.readStats()).toMatchObject({ messages: 0, expiredMessages: 2 })
    for (const trace of [...written, first.id, reply.id]) expect(await contentsOf(space)).not.toContain(trace)
    await here.engine.endRoom(id, 'ann')
    const left = (await keysOf(space)).filter(key => key.includes(id.slice(0, 11)) || /ann|bob/.test(key))
    expect(left).toEqual([`gone:{${space}p0}:ann`, `gone:{${space}p0}:bob`])
    for (const key of left) expect(Number(await viewer.call('PTTL', key))).toBeLessThanOrEqual(unshownMs)
    expect((await keysOf(space)).filter(key => !left.includes(key))).toEqual([`tally:{${space}p0}`])
  })

  test('is nothing of what was written in its log of slow commands', async () => {
    const { here } = await startNodes()
    const { id } = await here.engine.openRoom('ann', 'bob')
    await viewer.call('CONFIG', 'SET', 'slowlog-log-slower-than', 0)
    onTestFinished(async () => void (await viewer.call('CONFIG', 'SET', 'slowlog-log-slower-than', 10_000)))
    await here.engine.sendMessage(id, 'ann', draft(1_000, { text: 'text-MARKER', nonce: 'nonce-MARKER' }))
    const log = textOf(await viewer.call('SLOWLOG', 'GET', 20))
    expect(log).toContain(id)
    expect(log).not.toContain('MARKER')
  })

  test('goes by itself when every node is dead', async () => {
    const { space, here, there } = await startNodes()
    const { id } = await here.engine.openRoom('ann', 'bob')
    await here.engine.sendMessage(id, 'ann', draft(1_000, { text: 'text-MARKER', image }))
    await here.stop()
    await there.stop()
    const keys = await keysOf(space)
    const lives = new Map(
      await Promise.all(keys.map(async key => [key, Number(await viewer.call('PTTL', key))] as const)),
    )
    const ofMessages = keys.filter(key => /^(texts|order|ends|warns|nonces|events):/.test(key))
    expect(ofMessages.length).toBeGreaterThan(3)
    for (const key of ofMessages) expect(lives.get(key), key).toBeLessThanOrEqual(6_000)
    for (const [key, ms] of lives) {
      const staysForPeople = /^(person|pairs|chats|alone|tally):/.test(key)
      expect(ms > 0 || staysForPeople, key).toBe(true)
    }
  })
})

describe('a Redis that does not answer', () => {
  test('fails each command in time, and is used again when it does', async () => {
    const silent = await startRedisServer()
    onTestFinished(() => silent.stop())
    const link = await connect(silent.url, () => {})
    onTestFinished(() => link.close())
    const engine = await RedisEngine.start({
      ...{ ...generous, link, clock: wrongClock, secret: 'secret', now: () => 1, onError: () => {} },
    })
    const { id } = await engine.openRoom('ann', 'bob')
    silent.signal('SIGSTOP')
    const begin = performance.now()
    await expect(engine.sendMessage(id, 'ann', draft(1_000))).rejects.toMatchObject({ code: 'storage_failed' })
    expect(performance.now() - begin).toBeLessThan(2_500)
    silent.signal('SIGCONT')
    await expect.poll(() => engine.isMember(id, 'ann').catch(() => false)).toBe(true)
    await engine.stop()
  })
})
