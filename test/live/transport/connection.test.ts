import pino from 'pino'
import { beforeEach, expect, it } from 'vitest'
import type { TextSink } from '#src/live/subscriber.js'
import { Connection } from '#src/live/transport/connection.js'
import { FakeClock } from '../../support/fake-clock.js'

const year = 365 * 86_400_000
const log = pino({ level: 'silent' })

let clock: FakeClock
let said: unknown[]
let line: TextSink
beforeEach(() => {
  clock = new FakeClock()
  said = []
  line = {
    isBusy: false,
    cutIfStalled: () => {},
    write: text => said.push(text),
    catchUp: text => said.push(text),
    taken: () => Promise.resolve(),
    close: code => said.push(code),
  }
})

/** A line of a session that ends after `ms`, unless `current` is put off. */
function open(ms: number) {
  const identity = {
    endsAt: clock.now() + ms,
    current: clock.now() + ms,
    askEnd: async (): Promise<number | null> => (identity.current > clock.now() ? identity.current : null),
  }
  return { identity, termed: new Connection(line, identity, clock, log) }
}

it('closes with 4401 the moment its time is over, though nobody says a word', async () => {
  open(5000)
  await clock.advance(4999)
  expect(said).toEqual([])
  await clock.advance(1)
  expect(said).toEqual([4401])
})

it('says nothing after its time, however late the timer is', async () => {
  const { termed } = open(5000)
  termed.write('in time')
  clock.jump(5000)
  termed.write('late')
  termed.write('later')
  await clock.advance(0)
  expect(said).toEqual(['in time', 4401])
})

it('goes on with all that was said meanwhile when its end was put off', async () => {
  const { identity, termed } = open(5000)
  identity.current += 5000
  clock.jump(5000)
  termed.write('first')
  termed.write('second')
  expect(said).toEqual([])
  await clock.advance(4999)
  expect(said).toEqual(['first', 'second'])
  await clock.advance(1)
  expect(said).toEqual(['first', 'second', 4401])
})

it('lives for years, in which no timer overflows', async () => {
  const { termed } = open(50 * year)
  const waits: number[] = []
  const after = clock.after.bind(clock)
  clock.after = (ms, callback) => {
    waits.push(ms)
    return after(ms, callback)
  }
  await clock.advance(3_600_000)
  termed.write('still here')
  expect([said, Math.max(...waits) < 2 ** 31]).toEqual([['still here'], true])
})

it('holds one timer, and none once it has closed', async () => {
  const { termed } = open(5000)
  expect(clock.waiting).toBe(1)
  await termed.check()
  expect(clock.waiting).toBe(1)
  termed.stop()
  await clock.advance(5000)
  expect([clock.waiting, said]).toEqual([0, []])
})

it('ends with 1011 when nobody knows whether it may go on', async () => {
  const failing = { endsAt: clock.now() + 1000, askEnd: () => Promise.reject(new Error('the store is away')) }
  new Connection(line, failing, clock, log).write('in time')
  await clock.advance(1000)
  expect(said).toEqual(['in time', 1011])
})
