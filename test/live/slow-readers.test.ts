// Long because each case runs over real connections of both kinds, which take some setting up.
import { once } from 'node:events'
import { createServer, get, type Server } from 'node:http'
import { connect } from 'node:net'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import pino from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import WebSocket, { WebSocketServer } from 'ws'
import { closeCodes } from '#src/live/client/close-codes.js'
import type { TextSink } from '#src/live/client/subscriber.js'
import { EventStreamTransport } from '#src/live/transport/event-stream-transport.js'
import { FrameMeter } from '#src/live/transport/frame-meter.js'
import { SocketTransport } from '#src/live/transport/socket-transport.js'
import { WriteTurns } from '#src/live/transport/write-turns.js'
import { FakeClock } from '../support/fake-clock.js'

const kibibyte = 1024
const mebibyte = 1024 * kibibyte

/** A line to a reader that takes nothing, over a real connection; `buffered` counts what waits in our memory. */
interface StalledLine {
  readonly line: TextSink
  readonly buffered: () => number
  /** How many bytes its line has written so far. */
  readonly written: () => number
  readonly closed: Promise<unknown>
  /** Lets the reader take on, and no more; how much has come to it so far; and what, as text. */
  readonly reader: { resume(): void; pause(): void }
  readonly bytesTaken: () => number
  readonly texts: readonly string[]
  /** The frames that the server has read of what the reader sent; null for a line that only listens. */
  readonly heard: { readonly frames: readonly unknown[]; say(frame: object): void } | null
}

let server: Server
let clock: FakeClock
beforeEach(async () => {
  clock = new FakeClock()
  server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const portOf = () => {
  const address = server.address()
  return typeof address === 'object' ? address?.port : undefined
}

async function stalledSocket(): Promise<StalledLine> {
  const sockets = new WebSocketServer({ server, perMessageDeflate: false })
  const connection = connect({ port: portOf() ?? 0, host: '127.0.0.1' })
  const reader = new WebSocket(`ws://127.0.0.1:${portOf()}`, { createConnection: () => connection })
  reader.on('error', () => {})
  const texts: string[] = []
  reader.on('message', data => texts.push(String(data)))
  const [[socket, request]] = await Promise.all([once(sockets, 'connection'), once(reader, 'open')])
  reader.pause()
  if (!(socket instanceof WebSocket)) throw new Error('No socket came')
  const deps = { clock, log: pino({ level: 'silent' }), turns: new WriteTurns() }
  const line = new SocketTransport(socket, request.socket, new FrameMeter(clock, 50), deps)
  const frames: unknown[] = []
  const session = {
    ...{ id: 'id', userId: 'user', sessionId: null, receive: () => {}, beat: () => {}, close: () => {}, end: () => {} },
    handle: async (frame: object) => {
      frames.push(frame)
      await line.taken()
      return true
    },
  }
  line.open(session, async () => true)
  return {
    line,
    buffered: () => socket.bufferedAmount,
    written: () => request.socket.bytesWritten,
    closed: once(socket, 'close'),
    reader,
    bytesTaken: () => connection.bytesRead,
    texts,
    heard: { frames, say: frame => reader.send(JSON.stringify(frame)) },
  }
}

async function stalledStream(): Promise<StalledLine> {
  const requested = once(server, 'request')
  const asked = get({ port: portOf(), host: '127.0.0.1', agent: false })
  const answer: Promise<Readable[]> = once(asked, 'response')
  const [request, response] = await requested
  const line = new EventStreamTransport(response, clock)
  const [reader] = await answer
  if (!reader) throw new Error('No answer came')
  const texts: string[] = []
  const parts: string[] = []
  reader.setEncoding('utf8').on('error', () => {})
  reader.on('data', (chunk: string) => {
    const [first = '', ...others] = chunk.split('\n\n')
    parts.push(first)
    for (const other of others) texts.push(parts.splice(0, parts.length, other).join('').replace('data: ', ''))
  })
  reader.pause()
  return {
    line,
    buffered: () => response.writableLength,
    written: () => request.socket.bytesWritten,
    closed: once(response, 'close'),
    reader,
    bytesTaken: () => asked.socket?.bytesRead ?? 0,
    texts,
    heard: null,
  }
}

/** Has the reader take this many bytes more. */
async function take(stalled: StalledLine, bytes: number): Promise<void> {
  const { reader, bytesTaken } = stalled
  const goal = bytesTaken() + bytes
  reader.resume()
  while (bytesTaken() < goal) await nextTurn()
  reader.pause()
  await untilStuck(stalled)
}

/** Waits until the buffers of the system are full, so that the line moves no more while its reader rests. */
async function untilStuck({ written, buffered }: StalledLine): Promise<void> {
  for (let before = -1; before !== written() || buffered() === 0; await delay(100)) before = written()
}

const nextTurn = () => new Promise(resolve => setImmediate(resolve))

/** Whether a line is still open once all that was done to it has shown. */
async function isOpen({ closed }: StalledLine): Promise<boolean> {
  return Promise.race([closed.then(() => false), new Promise<boolean>(resolve => setTimeout(resolve, 50, true))])
}

/** Longer than what systems buffer for a reader that has taken nothing, in characters that no part of it may tear. */
const longText = '😀'.repeat(6 * mebibyte)

/** Longer than what a test takes of it and what systems buffer for a reader that takes some: up to 32 MiB, and 4 at the writer. */
const longerText = '😀'.repeat(14 * mebibyte)

/** Fills what the system buffers, until something waits in our own memory. */
async function fill({ line, buffered }: StalledLine): Promise<void> {
  while (buffered() === 0) {
    line.write('x'.repeat(256 * kibibyte))
    await new Promise(resolve => setImmediate(resolve))
  }
}

for (const [name, open] of [
  ['socket', stalledSocket],
  ['stream', stalledStream],
] as const) {
  it(`cuts a ${name} that is more than a mebibyte behind, and none that is less`, async () => {
    const stalled = await open()
    let isClosed = false
    void stalled.closed.then(() => {
      isClosed = true
    })
    await fill(stalled)
    // What is written within a turn counts as buffered from its end on.
    const fitting = Math.ceil((mebibyte - stalled.buffered()) / (64 * kibibyte)) - 1
    for (let times = 0; times < fitting; times += 1) stalled.line.write('y'.repeat(64 * kibibyte))
    await new Promise(resolve => setImmediate(resolve))
    expect(isClosed).toBe(false)
    for (let times = 0; times < 4; times += 1) stalled.line.write('z'.repeat(64 * kibibyte))
    await stalled.closed
  })

  it(`calls a ${name} busy once it is 64 KiB behind, so that typing and presence are left out`, async () => {
    const stalled = await open()
    stalled.line.write('little')
    expect(stalled.line.isBusy).toBe(false)
    await fill(stalled)
    stalled.line.write('x'.repeat(65 * kibibyte))
    expect(stalled.line.isBusy).toBe(true)
  })

  it(`cuts a ${name} that has taken nothing for a second when a message expires, and none that waits for less`, async () => {
    const stalled = await open()
    let isClosed = false
    void stalled.closed.then(() => {
      isClosed = true
    })
    await fill(stalled)
    await clock.advance(900)
    stalled.line.cutIfStalled()
    await new Promise(resolve => setImmediate(resolve))
    expect(isClosed).toBe(false)
    await clock.advance(200)
    stalled.line.cutIfStalled()
    await stalled.closed
  })

  it(`gives a ${name} a catch-up of many mebibytes that it takes, and then what came meanwhile`, async () => {
    const stalled = await open()
    stalled.line.write('before')
    stalled.line.catchUp(longText)
    stalled.line.write('x'.repeat(900 * kibibyte))
    stalled.line.write('after')
    expect(await isOpen(stalled)).toBe(true)
    stalled.reader.resume()
    await stalled.line.taken()
    while (stalled.texts.length < 4) await nextTurn()
    expect(stalled.texts.map(text => text.length)).toEqual([6, longText.length, 900 * kibibyte, 5])
    expect(stalled.texts[1] === longText).toBe(true)
  })

  it(`cuts a ${name} that is a mebibyte behind on top of its catch-up`, async () => {
    const stalled = await open()
    stalled.line.catchUp(longText)
    stalled.line.write('x'.repeat(900 * kibibyte))
    expect(await isOpen(stalled)).toBe(true)
    stalled.line.write('x'.repeat(200 * kibibyte))
    await stalled.closed
  })

  it(`lets a ${name} have one catch-up wait, and counts a second`, async () => {
    const stalled = await open()
    stalled.line.catchUp(longText)
    stalled.line.catchUp('x'.repeat(2 * mebibyte))
    await stalled.closed
  })

  it(`cuts a ${name} that takes nothing of its catch-up for ten seconds, though nothing expires, and none that takes some`, async () => {
    const stalled = await open()
    stalled.line.catchUp(longerText)
    await untilStuck(stalled)
    for (let times = 0; times < 2; times += 1) {
      await clock.advance(9000)
      await take(stalled, 8 * mebibyte)
      expect(await isOpen(stalled)).toBe(true)
    }
    await clock.advance(10_001)
    await stalled.closed
  })

  it(`leaves a ${name} alone that takes its catch-up when a message expires, and cuts it once it takes nothing for a second`, async () => {
    const stalled = await open()
    stalled.line.catchUp(longerText)
    await untilStuck(stalled)
    await clock.advance(900)
    await take(stalled, 8 * mebibyte)
    await clock.advance(900)
    stalled.line.cutIfStalled()
    expect(await isOpen(stalled)).toBe(true)
    await clock.advance(200)
    stalled.line.cutIfStalled()
    await stalled.closed
  })

  it(`cuts a ${name} that takes less than a kilobyte a second over half a minute while more than 64 kB wait for it`, async () => {
    const stalled = await open()
    await fill(stalled)
    stalled.line.write('x'.repeat(70 * kibibyte))
    await clock.advance(29_000)
    expect(await isOpen(stalled)).toBe(true)
    await clock.advance(1001)
    await stalled.closed
  })

  it(`leaves a ${name} alone that takes more than a kilobyte a second of what waits for it`, async () => {
    const stalled = await open()
    stalled.line.catchUp(longerText)
    await untilStuck(stalled)
    for (let times = 0; times < 4; times += 1) {
      await clock.advance(9000)
      await take(stalled, 4 * mebibyte)
    }
    expect(await isOpen(stalled)).toBe(true)
  })

  it(`cuts a ${name} that does not read on to its close`, async () => {
    const stalled = await open()
    await fill(stalled)
    stalled.line.close(closeCodes.notLoggedIn)
    expect(await isOpen(stalled)).toBe(true)
    await clock.advance(2001)
    await stalled.closed
  })

  it(`has no timer left once a ${name} has closed`, async () => {
    const stalled = await open()
    stalled.reader.resume()
    stalled.line.close(closeCodes.notLoggedIn)
    await stalled.closed
    expect(clock.waiting).toBe(0)
  })

  it(`leaves a ${name} alone for whom less than 64 kB wait, however long`, async () => {
    const stalled = await open()
    stalled.line.write('x'.repeat(60 * kibibyte))
    await clock.advance(120_000)
    expect(await isOpen(stalled)).toBe(true)
  })

  it(`leaves a ${name} alone that takes what it is given`, async () => {
    const stalled = await open()
    stalled.line.write('taken by the system at once')
    await new Promise(resolve => setTimeout(resolve, 50))
    await clock.advance(5000)
    stalled.line.cutIfStalled()
    expect(stalled.line.isBusy).toBe(false)
    expect(await Promise.race([stalled.closed, new Promise(resolve => setTimeout(resolve, 50, 'open'))])).toBe('open')
  })
}

it('breaks the lines of a long catch-up for a stream part by part, not all in one piece, and they come whole', async () => {
  const pieces: number[] = []
  for (let times = 0; times < 3; times += 1) {
    const stalled = await stalledStream()
    // Of the processor's time, which others on a busy machine do not add to.
    const start = process.cpuUsage()
    stalled.line.catchUp(`x${'\r\n'.repeat(mebibyte)}`)
    const { user, system } = process.cpuUsage(start)
    pieces.push((user + system) / 1000)
    stalled.reader.resume()
    while (stalled.texts.length === 0) await nextTurn()
    expect(stalled.texts[0] === `x${'\ndata: '.repeat(mebibyte)}`).toBe(true)
  }
  // In one piece it takes 66 ms and more.
  expect(Math.min(...pieces)).toBeLessThan(20)
})

it('reads nothing more of a socket that does not take its catch-up', async () => {
  const { line, heard, reader } = await stalledSocket()
  if (!heard) throw new Error('A socket hears')
  line.catchUp(longText)
  heard.say({ type: 'first' })
  while (heard.frames.length === 0) await nextTurn()
  // More than one packet, so that the last is not read already.
  for (let times = 0; times < 20; times += 1) heard.say({ type: 'later', text: 'x'.repeat(64 * kibibyte) })
  await new Promise(resolve => setTimeout(resolve, 50))
  expect(heard.frames).toHaveLength(1)
  reader.resume()
  while (heard.frames.length < 21) await nextTurn()
})
