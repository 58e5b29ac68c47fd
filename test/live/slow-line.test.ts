import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import pino from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import WebSocket, { WebSocketServer } from 'ws'
import { EventStreamLine } from '#src/live/event-stream-line.js'
import { FrameMeter } from '#src/live/frame-meter.js'
import type { Line } from '#src/live/listener.js'
import { SocketLine } from '#src/live/socket-line.js'
import { FakeClock } from '../fake-clock.js'

const kibibyte = 1024
const mebibyte = 1024 * kibibyte

/** A line to a reader that takes nothing, over a real connection; `buffered` counts what waits in our memory. */
interface StalledLine {
  readonly line: Line
  readonly buffered: () => number
  readonly closed: Promise<unknown>
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
  const reader = new WebSocket(`ws://127.0.0.1:${portOf()}`)
  const [[socket]] = await Promise.all([once(sockets, 'connection'), once(reader, 'open')])
  reader.pause()
  if (!(socket instanceof WebSocket)) throw new Error('No socket came')
  const line = new SocketLine(socket, new FrameMeter(clock, 50), clock, pino({ level: 'silent' }))
  return { line, buffered: () => socket.bufferedAmount, closed: once(socket, 'close') }
}

async function stalledStream(): Promise<StalledLine> {
  const request = once(server, 'request')
  const answer = fetch(`http://127.0.0.1:${portOf()}`)
  const [, response] = await request
  const line = new EventStreamLine(response, clock)
  await answer
  return { line, buffered: () => response.writableLength, closed: once(response, 'close') }
}

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
    while (stalled.buffered() + 64 * kibibyte < mebibyte) stalled.line.write('y'.repeat(64 * kibibyte))
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
