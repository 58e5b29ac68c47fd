import { expect, it, vi } from 'vitest'
import { MemoryEngine } from '#src/engines/memory/engine.js'
import { watchExpiry } from '#src/ops/expiry-watch.js'
import { roomsOn } from '../support/engine/rooms-on.js'
import { FakeClock } from '../support/fake-clock.js'

async function begin() {
  const clock = new FakeClock()
  const expired = vi.fn()
  const engine = new MemoryEngine({
    clock,
    messageTtlMs: 1e9,
    messageTtlMaxMs: 1e9,
    roomGraceMs: 1e9,
    roomMaxMessages: 100,
    maxBytes: 1e9,
    maxBytesPerPerson: 1e9,
    keepLonger: true,
  })
  const end = watchExpiry(roomsOn(engine), clock, { refused: () => {}, expired, pushed: () => {} })
  const { id } = await engine.openRoom('alice', 'bob')
  const send = async (nonce: string, lifetimeMs: number) =>
    engine.sendMessage(id, 'alice', { nonce, text: 'x', image: null, mostLifetimeMs: lifetimeMs })
  return { clock, engine, id, send, expired, end }
}

it('tells how late the message that should have gone first of some went', async () => {
  const { clock, engine, send, expired, end } = await begin()
  await send('n1', 1000)
  await send('n2', 1500)
  // The machine was busy until now.
  clock.jump(1700)
  await clock.advance(0)
  expect(Math.max(...expired.mock.calls.flat())).toBe(700)
  expired.mockClear()
  await send('n3', 1000)
  await clock.advance(1000)
  expect(expired.mock.calls).toEqual([[0]])
  end()
  await send('n4', 1000)
  await clock.advance(1000)
  expect(expired.mock.calls).toEqual([[0]])
  await engine.stop()
})

it('is told nothing of what happens else, and never of a message that went too early', async () => {
  const { clock, engine, id, send, expired } = await begin()
  const { message } = await send('n1', 1000)
  await send('n2', 1000)
  expect(expired).not.toHaveBeenCalled()
  await engine.removeMessage(id, 'alice', message.id)
  await engine.endRoom(id, 'bob')
  expect(expired.mock.calls.flat().every(lag => lag === 0)).toBe(true)
  await clock.advance(1000)
  await engine.stop()
})
