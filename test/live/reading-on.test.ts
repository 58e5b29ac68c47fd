import { once } from 'node:events'
import { createServer } from 'node:http'
import { Socket } from 'node:net'
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import pino from 'pino'
import { expect, it, onTestFinished } from 'vitest'
import WebSocket, { WebSocketServer } from 'ws'
import { FrameBudgets } from '#src/live/transport/frame-budgets.js'
import { FrameMeter } from '#src/live/transport/frame-meter.js'
import { SocketTransport } from '#src/live/transport/socket-transport.js'
import { WriteTurns } from '#src/live/transport/write-turns.js'
import { FakeClock } from '../support/fake-clock.js'

const frameBytes = 10_240
/** How many frames one read of the connection brings, and how many are under way. */
const chunksBytes = 3 * 65_536

it('a line reads nothing more while frames that it has read wait for their turn', async () => {
  const clock = new FakeClock()
  const server = createServer().listen(0, '127.0.0.1')
  const sockets = new WebSocketServer({ server, perMessageDeflate: false })
  onTestFinished(() => {
    for (const client of sockets.clients) client.terminate()
    server.close()
  })
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const connected = once(server, 'connection')
  const client = new WebSocket(`ws://127.0.0.1:${port}`)
  client.on('error', () => {})
  const [[socket], [connection]] = await Promise.all([once(sockets, 'connection'), connected, once(client, 'open')])
  if (!(socket instanceof WebSocket) || !(connection instanceof Socket)) throw new Error('No socket came')

  const share = new FrameBudgets(clock, 4).open('mallory')
  const deps = { clock, log: pino({ level: 'silent' }), turns: new WriteTurns() }
  const line = new SocketTransport(socket, connection, new FrameMeter(clock, 50, share), deps)
  let heard = 0
  const nothing = () => {}
  const session = {
    ...{ id: 'id', userId: 'mallory', sessionId: null, receive: nothing, beat: nothing, close: nothing, end: nothing },
    // What a frame asks for takes a while, in which the connection could be read.
    handle: async () => {
      for (let turn = 0; turn < 3; turn += 1) await nextTurn()
      heard += 1
      return true
    },
  }
  line.open(session, async () => true)
  const frame = JSON.stringify({ text: 'x'.repeat(frameBytes - 11) })
  for (let index = 0; index < 500; index += 1) client.send(frame)
  // One frame a second.
  for (let second = 0; second < 40; second += 1) {
    await delay(5)
    await clock.advance(1000)
  }
  expect(heard).toBeGreaterThan(30)
  expect(connection.bytesRead).toBeLessThan(heard * frameBytes + chunksBytes)
})
