/**
 * The chat engine alone, in a process of its own: does the work that its first argument names, with as many messages or
 * people as the second says and as many messages in each room as the third, and tells its parent what it measured. Messages
 * have 48 characters, and nonces as browsers make them.
 */
import { randomUUID } from 'node:crypto'
import { openSync, readSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { MemoryEngine } from '#src/engines/memory/engine.js'
import { collectGarbage } from '#src/ops/idle-memory.js'
import { SystemClock } from '#src/ops/system-clock.js'

const [name, count, perRoom] = [process.argv[2], ...process.argv.slice(3).map(Number)]
const longMs = 86_400_000

/** A clock that stands still unless it is moved. */
class StillClock {
  #now = 1_800_000_000_000
  awakeSince = Number.NEGATIVE_INFINITY
  now = () => this.#now
  wallTimeOf = moment => moment
  after = () => () => {}
  move(ms) {
    this.#now += ms
  }
}

function makeEngine(clock) {
  const lives = { messageTtlMs: longMs, messageTtlMaxMs: longMs, roomGraceMs: 0, keepLonger: true }
  return new MemoryEngine({ clock, ...lives, roomMaxMessages: 1e6, maxBytes: 1e12, maxBytesPerPerson: 1e12 })
}

/** Opens as many rooms, each of two people who have entered it. */
async function openRooms(engine, name, count) {
  const rooms = []
  for (let index = 0; index < count; index += 1) {
    const pair = [`${name}-one-${index}`, `${name}-two-${index}`]
    const { id } = await engine.openRoom(...pair)
    await engine.openRoom(pair[1], pair[0])
    rooms.push({ id, pair })
  }
  return rooms
}

/** Sends as many messages into rooms by turns, as in a busy server. */
async function send(engine, rooms, count, lifeOf = () => longMs) {
  for (let index = 0; index < count; index += 1) {
    const { id, pair } = rooms[index % rooms.length]
    const text = `message ${index} of those that are measured `.padEnd(48, '.')
    const draft = { nonce: randomUUID(), text, image: null, mostLifetimeMs: lifeOf(index) }
    await engine.sendMessage(id, pair[(index / rooms.length) & 1], draft)
  }
}

/** What the process holds once all garbage is collected, as the server does when it rests. */
async function readMemory() {
  for (let time = 0; time < 4; time += 1) {
    collectGarbage()
    await delay(50)
  }
  const { rss, heapUsed } = process.memoryUsage()
  return { rss, heap: heapUsed }
}

const usedUs = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** A function that tells how long this process has wanted a processor that others had, in ms; 0 where the system does not tell. */
function openWaits() {
  const text = Buffer.alloc(64)
  let file
  try {
    file = openSync(`/proc/${process.pid}/schedstat`)
  } catch {
    return () => 0
  }
  return () => Number(text.toString('latin1', 0, readSync(file, text, 0, text.length, 0)).split(' ')[1]) / 1e6
}

const works = {
  /** Bytes that a message takes, of as many. */
  async memory(count) {
    const clock = new StillClock()
    const engine = makeEngine(clock)
    await send(engine, await openRooms(engine, 'warm', 10), 4_000)
    const before = await readMemory()
    await send(engine, await openRooms(engine, 'full', count / perRoom), count)
    const after = await readMemory()
    const { messages } = await engine.readStats()
    if (messages !== count + 4_000) throw new Error(`${messages} messages live`)
    return { rss: (after.rss - before.rss) / count, heap: (after.heap - before.heap) / count }
  },

  /** Processor time of an expiry in us, while as many messages live. */
  async expiry(living) {
    const clock = new StillClock()
    const engine = makeEngine(clock)
    const rooms = await openRooms(engine, 'full', living / perRoom)
    await send(engine, rooms, living)
    const costs = []
    for (let round = 0; round < 7; round += 1) {
      const count = 10_000
      await send(engine, rooms, count, index => 1_000 + Math.floor(index / 10))
      const before = usedUs()
      for (let ms = 0; ms < 1_000 + count / 10; ms += 1) {
        clock.move(1)
        await engine.readStats()
      }
      costs.push((usedUs() - before) / count)
    }
    return costs.slice(2)
  },

  /**
   * How late messages go, in ms, one for each, of as many that end within twenty seconds once all are sent. `own`: without
   * the time in which this process wanted a processor that others had.
   */
  async lag(living) {
    const clock = new SystemClock(() => {})
    const engine = makeEngine(clock)
    const rooms = await openRooms(engine, 'full', living / perRoom)
    const begin = clock.now() + 30_000
    const readWaitedMs = openWaits()
    const [lags, own] = [[], []]
    /** The time, and how long the process had waited until then, whenever messages went. */
    const looks = [{ at: 0, waitedMs: 0 }]
    let before = 0
    engine.subscribe(({ told, notices }) => {
      for (const { type, expiresAt } of notices) {
        if (type !== 'messages.removed') continue
        const look = { at: clock.now(), waitedMs: readWaitedMs() }
        looks.push(look)
        while (looks[before + 1]?.at <= expiresAt) before += 1
        const lag = look.at - expiresAt
        const least = look.at - looks[before].at - (look.waitedMs - looks[before].waitedMs)
        for (const _ of told[0].event.messages) {
          lags.push(lag)
          own.push(Math.max(Math.min(lag, least), 0))
        }
      }
    })
    await send(engine, rooms, living, index => begin - clock.now() + Math.floor((20_000 * index) / living))
    if (clock.now() > begin) throw new Error('sending took too long')
    while (lags.length < living) await delay(100)
    await engine.stop()
    return { lags, own }
  },

  /** Processor time of a join in us: opening a room and holding a lease, while as many people are here. */
  async join(people) {
    const engine = makeEngine(new StillClock())
    const rooms = await openRooms(engine, 'here', people / 2)
    for (const [index, { pair }] of rooms.entries()) {
      for (const person of pair) await engine.holdLease(person, `lease-${index}`, 30_000)
    }
    const costs = []
    for (let round = 0; round < 7; round += 1) {
      const joining = await openRooms(engine, `join-${round}`, 500)
      const before = usedUs()
      for (const { id, pair } of joining) {
        for (const person of pair) {
          await engine.holdLease(person, 'lease', 30_000)
          await engine.readRoom(id, person)
        }
      }
      costs.push((usedUs() - before) / 1_000)
      for (const { pair } of joining) for (const person of pair) await engine.forgetPerson(person)
    }
    return costs.slice(2)
  },
}

const measured = await works[name](count)
process.send(measured, () => process.exit())
