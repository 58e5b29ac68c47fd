/**
 * Run in its own process by test/engines/memory/traces.test.ts. Drives a memory engine through one way in which messages
 * end, and prints which markers a heap snapshot contains before and after. The markers themselves are kept as bytes outside
 * the V8 heap; each string of one is made for the engine and dropped.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { getHeapSnapshot } from 'node:v8'
import { MemoryEngine } from '#src/engines/memory/engine.js'

const lifetimeMs = 60_000
const kinds = ['text', 'nonce', 'imageId', 'alt', 'frame', 'userId', 'leaseId']
const markers = new Map(kinds.map(kind => [kind, Buffer.from(randomBytes(12).toString('hex'))]))
const textOf = kind => markers.get(kind).toString('latin1')

let now = 1_700_000_000_000
const timers = new Set()
const clock = {
  now: () => now,
  after(ms, callback) {
    const timer = { dueAt: now + ms, callback }
    timers.add(timer)
    return () => timers.delete(timer)
  },
}

/** Moves the clock on by `ms` and calls the timers that are due. */
function advance(ms) {
  now += ms
  for (const timer of [...timers].filter(({ dueAt }) => dueAt <= now)) {
    timers.delete(timer)
    timer.callback()
  }
}

/** Which markers a heap snapshot contains. V8 writes the first 1,024 characters of every string into it. */
async function findMarkers() {
  const found = new Set()
  let rest = Buffer.alloc(0)
  const snapshot = getHeapSnapshot()
  snapshot.on('data', chunk => {
    const bytes = Buffer.concat([rest, chunk])
    for (const [kind, marker] of markers) if (bytes.includes(marker)) found.add(kind)
    rest = bytes.subarray(Math.max(0, bytes.length - 64))
  })
  await once(snapshot, 'end')
  return kinds.filter(kind => found.has(kind))
}

const caps = { roomMaxMessages: 100, maxBytes: 1e9, maxBytesPerPerson: 1e9 }
const engine = new MemoryEngine({
  clock,
  messageTtlMs: lifetimeMs,
  messageTtlMaxMs: lifetimeMs,
  roomGraceMs: 1_000,
  ...caps,
})

/** Sends a message as a socket would: the nonce is a slice of a long frame, and the text has met a regular expression. */
async function write() {
  const { id } = await engine.openRoom(textOf('userId'), 'bob')
  const frame = `{"about":"${textOf('frame')}","nonce":"${textOf('nonce')}","more":"${'.'.repeat(2_000)}"}`
  const start = frame.indexOf('"nonce":"') + '"nonce":"'.length
  const nonce = frame.slice(start, start + 24)
  const text = `${textOf('text')} and more that is written here`
  const image = { id: textOf('imageId'), width: 1, height: 1, alt: textOf('alt') }
  await engine.sendMessage(id, textOf('userId'), { nonce, text, image })
  await engine.holdLease(textOf('userId'), textOf('leaseId'), lifetimeMs * 100)
  if (!/written/.test(text)) throw new Error('the regular expression must match')
  return id
}

const endings = {
  /** The room lives on; only its message ends. */
  async expiry() {
    advance(lifetimeMs)
  },
  async ending(id) {
    await engine.endRoom(id, 'bob')
    await engine.dropLease(textOf('userId'), textOf('leaseId'), 0)
  },
  async dissolution(id) {
    const { messages } = await engine.readRoom(id, 'bob')
    await engine.moveCursor(id, 'bob', 'seen', messages[0].id)
    await engine.dropLease(textOf('userId'), textOf('leaseId'), 0)
    advance(1_000)
  },
  async forgetting() {
    await engine.forgetPerson(textOf('userId'))
  },
}

const roomId = await write()
const before = await findMarkers()
await endings[process.argv[2]](roomId)
const after = await findMarkers()
// Uses the engine once more, so that it cannot be collected earlier, which would make everything seem gone.
const { rooms, messages, bytesHeld } = await engine.readStats()
process.stdout.write(JSON.stringify({ before, after, rooms, messages, bytesHeld }))
