import pino from 'pino'
import { beforeEach, expect, it } from 'vitest'
import type { TextSink } from '#src/live/subscriber.js'
import { Connection } from '#src/live/transport/connection.js'
import { FakeClock } from '../../support/fake-clock.js'

const year = 365 * 86_400_000
const log = pino({ level: 'silent' })

let clock: FakeClock
let said: unknown[]
let transport: TextSink
beforeEach(() => {
  clock = new FakeClock()
  said = []
  transport = {
    isBusy: false,
    cutIfStalled: () => {},
    write: text => said.push(text),
    catchUp: text => said.push(text),
    taken: () => Promise.resolve(),
    close: code => said.push(code),
  }
})

/** A connection of a session that ends after `ms`, unless `current` is set to a later time. */
function open(ms: number) {
  const identity = {
    endsAt: clock.now() + ms,
    current: clock.now() + ms,
    askEnd: async (): Promise<number | null> => (identity.current > clock.now() ? identity.current : null),
  }
  return { identity, connection: new Connection(transport, identity, clock, log) }
}

it('closes with 4401 the moment its time is over, though nobody says a word', async () => {
  open(5000)
  await clock.advance(4999)
  expect(said).toEqual([])
  await clock.advance(1)
  expect(said).toEqual([4401])
})

it('says nothing after its time, however late the timer is', async () => {
  const { connection } = open(5000)
  connection.write('in time')
  clock.jump(5000)
  connection.write('late')
  connection.write('later')
  await clock.advance(0)
  expect(said).toEqual(['in time', 4401])
})

it('goes on with all that was said meanwhile when its end was put off', async () => {
  const { identity, connection } = open(5000)
  identity.current += 5000
  clock.jump(5000)
  connection.write('first')
  connection.write('second')
  expect(said).toEqual([])
  await clock.advance(4999)
  expect(said).toEqual(['first', 'second'])
  await clock.advance(1)
  expect(said).toEqual(['first', 'second', 4401])
})

it('lives for years, in which no timer overflows', async () => {
  const { connection } = open(50 * year)
  const waits: number[] = []
  const after = clock.after.bind(clock)
  clock.after = (ms, callback) => {
    waits.push(ms)
    return after(ms, callback)
  }
  await clock.advance(3_600_000)
  connection.write('still here')
  expect([said, Math.max(...waits) < 2 ** 31]).toEqual([['still here'], true])
})

it('holds one timer, and none once it has closed', async () => {
  const { connection } = open(5000)
  expect(clock.waiting).toBe(1)
  await connection.check()
  expect(clock.waiting).toBe(1)
  connection.stop()
  await clock.advance(5000)
  expect([clock.waiting, said]).toEqual([0, []])
})

it('ends with 1011 when nobody knows whether it may go on', async () => {
  const failing = { endsAt: clock.now() + 1000, askEnd: () => Promise.reject(new Error('the store is away')) }
  new Connection(transport, failing, clock, log).write('in time')
  await clock.advance(1000)
  expect(said).toEqual(['in time', 1011])
})
