import { expect, it, onTestFinished } from 'vitest'
import { MemoryEngine } from '#src/engines/memory/engine.js'
import { soundHealth } from '#src/ops/health.js'
import { Monitoring } from '#src/ops/monitoring.js'
import { captureLog } from '../support/captured-log.js'
import { roomsOn } from '../support/engine/rooms-on.js'
import { FakeClock } from '../support/fake-clock.js'

async function open(metricsToken: string | null) {
  const clock = new FakeClock()
  const { log, entries } = captureLog()
  const engine = new MemoryEngine({
    clock,
    roomGraceMs: 1e9,
    roomMaxMessages: 100,
    maxBytes: 1e9,
    maxBytesPerPerson: 1e9,
    keepLonger: true,
    messageTtlMs: 1000,
    messageTtlMaxMs: 1000,
  })
  const countConnections = async () => ({ connections: 3, tcpConnections: 5, waitingConnections: 1 })
  const monitoring = await Monitoring.open({
    ...{
      clock,
      log,
      statisticsLevel: 'info',
      rooms: roomsOn(engine),
      images: { readHeldBytes: () => 11 },
      config: { maxMessageMemoryBytes: 1e9, images: { maxHeldBytes: 1e9 } },
      metricsToken,
      countConnections,
      health: soundHealth,
    },
  })
  onTestFinished(() => {
    monitoring.stop()
    return engine.stop()
  })
  return { clock, engine, monitoring, entries }
}

it.each([null, 'the token'])(
  'counts what is refused and what expires for the line of statistics, with metrics token %j',
  async token => {
    const { clock, engine, monitoring, entries } = await open(token)
    monitoring.observer.refused('request', 'not_found')
    const { id } = await engine.openRoom('alice', 'bob')
    await engine.sendMessage(id, 'alice', { nonce: 'n', text: 'x', image: null })
    clock.jump(1400)
    await clock.advance(300_000 - 1400)
    await expect.poll(() => entries().length).toBe(1)
    expect(entries()[0]).toMatchObject({
      msg: 'statistics',
      connections: 3,
      tcpConnections: 5,
      waitingConnections: 1,
      expiredMessages: 1,
      pictureBytesHeld: 11,
      worstExpiryLagMs: 400,
      refusals: { 'request:not_found': 1 },
    })
  },
)

it('writes and measures nothing more once it is stopped', async () => {
  const { clock, monitoring, entries } = await open(null)
  monitoring.stop()
  await clock.advance(600_000)
  expect(entries()).toEqual([])
})
