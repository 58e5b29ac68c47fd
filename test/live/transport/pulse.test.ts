import { once } from 'node:events'
import { afterAll, afterEach, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { Pulse, pulseMs } from '#src/live/transport/pulse.js'
import { FakeClock } from '../../support/fake-clock.js'

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
afterEach(() => {
  for (const client of server.clients) client.terminate()
  server.removeAllListeners('connection')
})
afterAll(() => new Promise(resolve => server.close(resolve)))

/** A socket as the server has it, and its other end, which answers no ping. */
async function connect(): Promise<{ socket: WebSocket; peer: WebSocket }> {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port')
  const peer = new WebSocket(`ws://127.0.0.1:${address.port}`, { autoPong: false })
  const [[socket]] = await Promise.all([once(server, 'connection'), once(peer, 'open')])
  return { socket, peer }
}

it('asks every fifteen seconds, and no more once it is stopped', async () => {
  const clock = new FakeClock()
  const pulse = new Pulse(clock)
  const { socket } = await connect()
  let asked = 0
  socket.ping = () => {
    asked += 1
  }
  pulse.watch(socket, () => false)
  await clock.advance(14_999)
  expect(asked).toBe(0)
  await clock.advance(1)
  expect(asked).toBe(1)
  socket.emit('pong')
  await clock.advance(14_999)
  expect(asked).toBe(1)
  await clock.advance(1)
  expect(asked).toBe(2)
  socket.emit('pong')
  pulse.stop()
  await clock.advance(60_000)
  expect([asked, clock.waiting]).toEqual([2, 0])
})

it('gives a socket that could not be heard, as the process stood still, another chance', async () => {
  const clock = new FakeClock()
  const pulse = new Pulse(clock)
  const { socket } = await connect()
  pulse.watch(socket, () => false)
  await clock.advance(pulseMs)
  clock.standStill(40_000)
  await clock.advance(pulseMs - 1)
  expect(socket.readyState).toBe(WebSocket.OPEN)
  await clock.advance(1)
  expect(socket.readyState).not.toBe(WebSocket.OPEN)
  pulse.stop()
})

it('asks no socket that has closed', async () => {
  const clock = new FakeClock()
  const pulse = new Pulse(clock)
  const { socket } = await connect()
  let isAsked = false
  pulse.watch(socket, () => {
    isAsked = true
    return false
  })
  socket.terminate()
  await once(socket, 'close')
  await clock.advance(pulseMs)
  expect(isAsked).toBe(false)
  pulse.stop()
})

it('forgets the silence of a socket that was excused since', async () => {
  const clock = new FakeClock()
  const pulse = new Pulse(clock)
  const { socket } = await connect()
  const excused = [false, true, false]
  pulse.watch(socket, () => excused.shift() ?? false)
  await clock.advance(3 * pulseMs)
  expect(socket.readyState).toBe(WebSocket.OPEN)
  await clock.advance(pulseMs)
  expect(socket.readyState).not.toBe(WebSocket.OPEN)
  pulse.stop()
})

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
