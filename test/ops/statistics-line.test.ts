import { expect, it } from 'vitest'
import { createLog } from '#src/ops/log.js'
import { Observations } from '#src/ops/observations.js'
import { statisticsEveryMs, writeStatistics } from '#src/ops/statistics-line.js'
import { FakeClock } from '../support/fake-clock.js'

const readings = {
  rooms: 2,
  messages: 3,
  onlineUsers: 4,
  bytesHeld: 5,
  bytesLimit: 50,
  pictureBytesHeld: 10,
  pictureBytesLimit: 100,
  expiredMessages: 6,
  connections: 7,
  tcpConnections: 8,
  storeAway: 0,
  waitingConnections: 9,
}

it('the log has a line of figures every five minutes, of what happened since the last', async () => {
  const clock = new FakeClock()
  const lines: string[] = []
  const log = createLog('info', { write: line => void lines.push(line) })
  const observations = new Observations()
  const loop = { takeWorstMs: () => 10 }
  const stop = writeStatistics({ clock, log, level: 'info', read: async () => readings, observations, loop })
  observations.refused('request', 'not_found')
  observations.refused('request', 'not_found')
  observations.expired(12)
  observations.expired(11)
  await clock.advance(statisticsEveryMs - 1)
  expect(lines).toEqual([])
  await clock.advance(1)
  await clock.advance(statisticsEveryMs)
  expect(lines).toHaveLength(2)
  // Exactly these fields: nothing about anybody.
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'info',
    time: expect.any(String),
    msg: 'statistics',
    connections: 7,
    tcpConnections: 8,

    waitingConnections: 9,
    onlineUsers: 4,
    rooms: 2,
    livingMessages: 3,
    expiredMessages: 6,
    bytesHeld: 5,
    pictureBytesHeld: 10,
    worstExpiryLagMs: 12,
    worstLoopLagMs: 10,
    residentMegabytes: expect.any(Number),
    refusals: { 'request:not_found': 2 },
  })
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ worstExpiryLagMs: 0, refusals: {} })
  stop()
  await clock.advance(statisticsEveryMs)
  expect(lines).toHaveLength(2)
})

it('figures that cannot be read are said, and asked for again', async () => {
  const clock = new FakeClock()
  const lines: string[] = []
  const log = createLog('info', { write: line => void lines.push(line) })
  const read = () => Promise.reject(new Error('no figures'))
  const stop = writeStatistics({
    clock,
    log,
    level: 'info',
    read,
    observations: new Observations(),
    loop: { takeWorstMs: () => 0 },
  })
  await clock.advance(2 * statisticsEveryMs)
  expect(lines.map(line => JSON.parse(line).msg)).toEqual(Array(2).fill('the statistics could not be read'))
  stop()
})

it('the line is written at the level that is asked for', async () => {
  const clock = new FakeClock()
  const lines: string[] = []
  const log = createLog('debug', { write: line => void lines.push(line) })
  const parts = { observations: new Observations(), loop: { takeWorstMs: () => 0 } }
  const stop = writeStatistics({ ...parts, clock, log, level: 'debug', read: async () => readings })
  await clock.advance(statisticsEveryMs)
  expect(lines.map(line => JSON.parse(line).level)).toEqual(['debug'])
  stop()
})
