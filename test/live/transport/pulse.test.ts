import { once } from 'node:events'
import { afterEach, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { Pulse, pulseMs } from '#src/live/transport/pulse.js'
import { FakeClock } from '../../support/fake-clock.js'

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
afterEach(() => new Promise(resolve => server.close(resolve)))

it('a socket whose other end answers no ping is cut at the next, unless it is excused, and no other', async () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port')
  const clock = new FakeClock()
  let isExcused = true
  const pulse = new Pulse(clock)
  server.on('connection', (socket, { url }) => pulse.watch(socket, () => url === '/excused' && isExcused))
  const alive = new WebSocket(`ws://127.0.0.1:${address.port}`)
  const dead = new WebSocket(`ws://127.0.0.1:${address.port}`, { autoPong: false })
  const excused = new WebSocket(`ws://127.0.0.1:${address.port}/excused`, { autoPong: false })
  await Promise.all([once(alive, 'open'), once(dead, 'open'), once(excused, 'open')])
  const closed = once(dead, 'close')
  const closedLater = once(excused, 'close')
  // A pong comes to the server after whatever this socket was sent before it; so does the answer to this ping.
  const answered = async () => {
    alive.ping()
    await once(alive, 'pong')
  }
  const pinged = [once(alive, 'ping'), once(dead, 'ping')]
  await clock.advance(pulseMs)
  await Promise.all(pinged)
  await answered()
  await clock.advance(pulseMs)
  expect(await closed).toEqual([1006, expect.anything()])
  await answered()
  await clock.advance(pulseMs)
  await answered()
  expect([alive.readyState, excused.readyState]).toEqual([WebSocket.OPEN, WebSocket.OPEN])
  isExcused = false
  await clock.advance(pulseMs)
  await answered()
  await clock.advance(pulseMs)
  expect(await closedLater).toEqual([1006, expect.anything()])
  pulse.stop()
  expect(clock.waiting).toBe(0)
  alive.terminate()
})
