// Long because every case of one behaviour stands here.
import pino from 'pino'
import { beforeEach, expect, it } from 'vitest'
import type { TextSink } from '#src/live/client/subscriber.js'
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
    readEnd: async (): Promise<number | null> => (identity.current > clock.now() ? identity.current : null),
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
  connection.write('third')
  await clock.advance(1)
  expect(said).toEqual(['first', 'second', 'third', 4401])
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
  const failing = { endsAt: clock.now() + 1000, readEnd: () => Promise.reject(new Error('the store is away')) }
  new Connection(transport, failing, clock, log).write('in time')
  await clock.advance(1000)
  expect(said).toEqual(['in time', 1011])
})

it('hands on what is written and caught up, each with its state, and what is asked of its transport', async () => {
  const calls: unknown[] = []
  const busy: TextSink = {
    isBusy: true,
    cutIfStalled: () => void calls.push('cutIfStalled'),
    write: (...written) => void calls.push(['write', ...written]),
    catchUp: (...written) => void calls.push(['catchUp', ...written]),
    taken: async () => void calls.push('taken'),
    close: () => {},
  }
  const identity = { endsAt: clock.now() + 1000, readEnd: async () => null }
  const connection = new Connection(busy, identity, clock, log)
  connection.write('text', 'state')
  connection.catchUp('long', 'later state')
  connection.cutIfStalled()
  await connection.taken()
  expect(calls).toEqual([['write', 'text', 'state'], ['catchUp', 'long', 'later state'], 'cutIfStalled', 'taken'])
  expect([connection.isBusy, open(1000).connection.isBusy]).toEqual([true, false])
})

it('catches nobody up after its time', async () => {
  const { connection } = open(5000)
  clock.jump(5000)
  connection.catchUp('late')
  await clock.advance(0)
  expect(said).toEqual([4401])
})

it('says whether its session still holds, and is over where that ends at this very moment', async () => {
  const { identity, connection } = open(5000)
  expect(await connection.check()).toBe(true)
  identity.readEnd = async () => clock.now() + 1
  expect(await connection.check()).toBe(true)
  identity.readEnd = async () => clock.now()
  expect(await connection.check()).toBe(false)
  expect(said).toEqual([4401])
})

it('learns of an end that came nearer when it is asked, and holds back from then on', async () => {
  const { identity, connection } = open(5000)
  identity.current -= 3000
  await connection.check()
  clock.jump(2000)
  connection.write('late')
  await clock.advance(0)
  expect(said).toEqual([4401])
})

it('asks nobody for its end before that has come', async () => {
  const { identity, connection } = open(3_600_000)
  let asked = 0
  identity.readEnd = async () => {
    asked += 1
    return null
  }
  await clock.advance(3_599_999)
  connection.write('in time')
  expect(asked).toBe(0)
  await clock.advance(1)
  expect(asked).toBe(1)
})

it('says nothing after it was closed, and is asked in vain', async () => {
  const { connection } = open(5000)
  connection.close(1012)
  connection.write('late')
  connection.catchUp('late')
  expect([said, await connection.check(), clock.waiting]).toEqual([[1012], false, 0])
})

it('forgets what waited when it closes while its end is asked for', async () => {
  const { identity, connection } = open(5000)
  identity.current += 5000
  clock.jump(5000)
  connection.write('waits')
  connection.stop()
  await clock.advance(0)
  expect(said).toEqual([])
})

it('ends within a minute of a wall clock that is set past its end', async () => {
  open(3_600_000)
  clock.apartMs = 3_600_000
  await clock.advance(59_999)
  expect(said).toEqual([])
  await clock.advance(1)
  expect(said).toEqual([4401])
})

it('lives on as long as it may by the wall clock, though that was set back', async () => {
  const { identity } = open(1000)
  clock.apartMs = -500
  identity.readEnd = async () => identity.current
  await clock.advance(1499)
  expect(said).toEqual([])
  await clock.advance(1)
  expect(said).toEqual([4401])
})

it('tells the log that its end is not known, once', async () => {
  const lines: string[] = []
  const failing = { endsAt: clock.now(), readEnd: () => Promise.reject(new Error('the store is away')) }
  const connection = new Connection(transport, failing, clock, pino({}, { write: text => void lines.push(text) }))
  expect(await connection.check()).toBe(false)
  await clock.advance(0)
  expect(lines).toEqual([expect.stringContaining('the store is away')])
  expect(said).toEqual([1011])
})

it('lets the other end speak until its time, without looking that up, and no more once it is closed', async () => {
  const { identity, connection } = open(5000)
  let lookups = 0
  identity.readEnd = async () => {
    lookups += 1
    return null
  }
  expect([connection.isStillAllowed(), lookups]).toEqual([true, 0])
  clock.jump(5000)
  expect([await connection.isStillAllowed(), lookups, said]).toEqual([false, 1, [4401]])
  const { connection: closed } = open(5000)
  closed.close(4401)
  expect(closed.isStillAllowed()).toBe(false)
})
