// Long because every case of one behaviour stands here.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Push, PushOutcome } from '#src/push/push.js'
import { mostUnderWay, mostWaiting, PushQueue } from '#src/push/push-queue.js'
import type { PushTry } from '#src/push/push-sender.js'
import { captureLog } from '../support/captured-log.js'
import { FakeClock } from '../support/fake-clock.js'

const hourMs = 3_600_000
const told: PushTry = { verdict: 'told', why: '201', retryAfterMs: 0 }
const failed: PushTry = { verdict: 'failed', why: 'ECONNREFUSED', retryAfterMs: 0 }
const busy: PushTry = { verdict: 'busy', why: '429', retryAfterMs: 0 }

interface Asked {
  readonly endpoint: string
  readonly ttlSeconds: number
  answer(done: PushTry): void
}

/** A queue whose push services answer what the test says. */
function stage(answering?: (asked: Asked) => PushTry, hosts = ['*.push.test']) {
  const clock = new FakeClock()
  const { log, text, entries } = captureLog()
  const asked: Asked[] = []
  const outcomes: PushOutcome[] = []
  const gone: string[] = []
  const sender = {
    stops: 0,
    send: ({ device: { endpoint } }: Pick<Push, 'device'>, ttlSeconds: number) =>
      new Promise<PushTry>(resolve => {
        const each = { endpoint, ttlSeconds, answer: resolve }
        asked.push(each)
        if (answering !== undefined) resolve(answering(each))
      }),
    stop() {
      this.stops += 1
    },
  }
  const queue = new PushQueue({
    ...{ clock, log, sender, hosts },
    onOutcome: outcome => void outcomes.push(outcome),
    random: () => 0.5,
  })
  queue.onGone((userId, deviceId) => void gone.push(`${userId} ${deviceId}`))
  const push = (device: string, { host = 'a.push.test', livesMs = hourMs, path = device } = {}): Push => ({
    userId: `PERSON ${device}`,
    device: { id: device, endpoint: `https://${host}/SECRET/${path}`, p256dh: 'p256dh', auth: 'auth' },
    expiresAt: clock.now() + livesMs,
  })
  /** Lets the queue do all that it can do now. */
  const settle = async () => {
    for (let turns = 0; turns < 60; turns += 1) await nextTurn()
  }
  return { clock, text, entries, asked, outcomes, gone, sender, queue, push, settle }
}

describe('a push', () => {
  it('is told at once, and may be held as long as its message lives', async () => {
    const { queue, push, asked, outcomes, settle } = stage(() => told)
    queue.add(push('one', { livesMs: 59_999 }))
    expect(asked).toEqual([])
    await settle()
    expect(asked).toMatchObject([{ endpoint: 'https://a.push.test/SECRET/one', ttlSeconds: 59 }])
    expect([outcomes, queue.waiting]).toEqual([['told'], 0])
  })

  it('of a message that is gone, or as good as gone, is told to nobody', async () => {
    const { queue, push, asked, outcomes, settle } = stage(() => told)
    queue.add(push('one', { livesMs: 0 }))
    queue.add(push('two', { livesMs: 999 }))
    await settle()
    expect([asked, outcomes]).toEqual([[], ['expired', 'expired']])
  })

  it('takes the place of an older one that still waits for the same device', async () => {
    const { queue, push, asked, outcomes, settle } = stage()
    for (let n = 0; n < 10; n += 1) queue.add(push(`before ${n}`))
    await settle()
    queue.add(push('one', { livesMs: 10_000 }))
    queue.add(push('one', { livesMs: 20_000 }))
    expect(queue.waiting).toBe(1)
    asked[0]?.answer(told)
    await settle()
    expect(asked.slice(10).map(({ ttlSeconds }) => ttlSeconds)).toEqual([20])
    expect(outcomes).toEqual(['told'])
  })

  it('of a message that goes sooner does not end what an older one still has to tell', async () => {
    const { queue, push, asked, settle } = stage()
    for (let n = 0; n < 10; n += 1) queue.add(push(`before ${n}`))
    await settle()
    queue.add(push('one', { livesMs: 20_000 }))
    queue.add(push('one', { livesMs: 10_000 }))
    asked[0]?.answer(told)
    await settle()
    expect(asked.slice(10).map(({ ttlSeconds }) => ttlSeconds)).toEqual([20])
  })

  it('that failed leaves to a newer one how long it has to be told', async () => {
    const { queue, push, asked, settle } = stage()
    queue.add(push('one', { livesMs: 120_000 }))
    await settle()
    for (let n = 0; n < 9; n += 1) queue.add(push(`beside ${n}`))
    await settle()
    queue.add(push('one', { livesMs: 10_000 }))
    asked[0]?.answer(failed)
    await settle()
    expect(asked.slice(10).map(({ ttlSeconds }) => ttlSeconds)).toEqual([120])
  })

  it('for another endpoint of the same device is the only one that is told', async () => {
    const { queue, push, asked, outcomes, settle } = stage(() => told)
    queue.add(push('one', { path: 'old' }))
    queue.add(push('one', { path: 'new' }))
    await settle()
    expect(asked.map(({ endpoint }) => endpoint)).toEqual(['https://a.push.test/SECRET/new'])
    expect(outcomes).toEqual(['forgotten', 'told'])
  })

  it('of two people with devices of the same id is told to both', async () => {
    const { queue, push, asked, settle } = stage(() => told)
    queue.add({ ...push('one'), userId: 'ann' })
    queue.add({ ...push('one'), userId: 'ben' })
    await settle()
    expect(asked).toHaveLength(2)
  })

  it('to a host that the settings do not have is refused', async () => {
    const { queue, push, asked, outcomes, settle } = stage(() => told)
    queue.add(push('one', { host: 'evil.test' }))
    await settle()
    expect([asked, outcomes]).toEqual([[], ['refused']])
  })

  it('that could not be made is given up, which the log says', async () => {
    const { queue, push, sender, outcomes, settle, entries } = stage()
    sender.send = () => Promise.reject(new Error('SECRET'))
    queue.add(push('one'))
    await settle()
    expect(outcomes).toEqual(['refused'])
    expect(entries()).toMatchObject([{ level: 'error', msg: 'a push could not be made' }, { level: 'warn' }])
  })
})

describe('what is under way', () => {
  it('is at most twenty, and ten of one host; the rest follows in turn', async () => {
    const { queue, push, asked, settle } = stage()
    for (let n = 0; n < 15; n += 1) queue.add(push(`a${n}`))
    await settle()
    expect(asked).toHaveLength(10)
    for (let n = 0; n < 15; n += 1) queue.add(push(`b${n}`, { host: 'b.push.test' }))
    queue.add(push('c', { host: 'c.push.test' }))
    await settle()
    expect(asked).toHaveLength(mostUnderWay)
    expect(asked.map(({ endpoint }) => endpoint)).toContain('https://c.push.test/SECRET/c')
    for (const each of asked) each.answer(told)
    await settle()
    expect(asked).toHaveLength(31)
  })

  it('at many hosts of one push service leaves room for another, whose turn it is before the next of them', async () => {
    const { queue, push, asked, settle } = stage(undefined, ['*.push.test', 'other.test'])
    for (let n = 0; n < 40; n += 1) queue.add(push(`slow ${n}`, { host: `slow${n}.push.test` }))
    await settle()
    expect(asked).toHaveLength(mostUnderWay / 2)
    for (let n = 0; n < 3; n += 1) queue.add(push(`other ${n}`, { host: 'other.test' }))
    asked[0]?.answer(failed)
    await settle()
    const hosts = asked.slice(mostUnderWay / 2).map(({ endpoint }) => new URL(endpoint).host)
    expect(hosts.filter(host => host === 'other.test')).toHaveLength(3)
    expect(hosts.slice(0, 2)).toContain('other.test')
  })

  it('is never begun by whoever adds it, nor two in one turn of the event loop', async () => {
    const { queue, push, asked } = stage(() => told)
    for (let n = 0; n < 5; n += 1) queue.add(push(`${n}`))
    const begun: number[] = []
    for (let turns = 0; turns < 6; turns += 1) {
      begun.push(asked.length)
      await nextTurn()
    }
    expect(begun.map((count, index) => count - (begun[index - 1] ?? 0)).every(count => count <= 1)).toBe(true)
    expect(begun[0]).toBe(0)
  })
})

describe('a push that failed', () => {
  it.each([busy, failed])('is tried again after 5, 10, 20 and 40 seconds, and then given up', async done => {
    const { queue, push, clock, asked, outcomes, settle } = stage(() => done)
    const times: number[] = []
    const begun = clock.now()
    queue.add(push('one'))
    for (let seconds = 0; seconds < 120; seconds += 1) {
      await settle()
      while (times.length < asked.length) times.push((clock.now() - begun) / 1000)
      await clock.advance(1000)
    }
    expect(times).toEqual([0, 5, 15, 35, 75])
    expect([outcomes, queue.waiting]).toEqual([['given_up'], 0])
  })

  it('is tried again no sooner than the push service wants', async () => {
    const { queue, push, clock, asked, settle } = stage(() => ({ ...busy, retryAfterMs: 90_000 }))
    queue.add(push('one'))
    await settle()
    await clock.advance(89_999)
    await settle()
    expect(asked).toHaveLength(1)
    await clock.advance(1)
    await settle()
    expect(asked).toHaveLength(2)
  })

  it('is not tried again once its message is gone', async () => {
    const { queue, push, clock, asked, outcomes, settle } = stage(() => ({ ...busy, retryAfterMs: 90_000 }))
    queue.add(push('one', { livesMs: 60_000 }))
    await settle()
    await clock.advance(hourMs)
    await settle()
    expect([asked.length, outcomes, queue.waiting]).toEqual([1, ['expired'], 0])
  })

  it('gives way to a newer one for its device', async () => {
    const { queue, push, asked, outcomes, settle } = stage()
    queue.add(push('one', { livesMs: 10_000 }))
    await settle()
    for (let n = 0; n < 9; n += 1) queue.add(push(`other ${n}`))
    await settle()
    queue.add(push('one', { livesMs: 20_000 }))
    asked[0]?.answer(busy)
    await settle()
    expect(outcomes).toEqual(['forgotten'])
    expect(asked.at(-1)).toMatchObject({ ttlSeconds: 20 })
  })
})

describe('a device that its push service no longer knows', () => {
  it('is told of, and is told nothing that still waits for it', async () => {
    const { queue, push, asked, outcomes, gone, settle } = stage()
    queue.add(push('one'))
    await settle()
    for (let n = 0; n < 9; n += 1) queue.add(push(`other ${n}`))
    await settle()
    queue.add(push('one'))
    asked[0]?.answer({ verdict: 'gone', why: '410', retryAfterMs: 0 })
    await settle()
    expect(gone).toEqual(['PERSON one one'])
    expect([asked.length, outcomes, queue.waiting]).toEqual([10, ['gone', 'gone'], 0])
  })
})

describe('a push service that refuses', () => {
  it('is logged once for each reason, without an endpoint or a person, and not asked again', async () => {
    const reasons = ['403', '403', '400']
    const { queue, push, clock, asked, outcomes, entries, text, settle } = stage(() => {
      return { verdict: 'refused', why: reasons[asked.length - 1] ?? '', retryAfterMs: 0 }
    })
    for (const device of ['one', 'two', 'three']) queue.add(push(device))
    await settle()
    await clock.advance(hourMs)
    expect(asked).toHaveLength(3)
    expect(outcomes).toEqual(['refused', 'refused', 'refused'])
    expect(entries().map(({ service, why }) => [service, why])).toEqual([
      ['*.push.test', '403'],
      ['*.push.test', '400'],
    ])
    expect(text()).not.toMatch(/SECRET|PERSON|a\.push/)
  })
})

describe('a push service that is down', () => {
  it('costs next to nothing, however much waits for it, and gets it all when it is back', async () => {
    let isDown = true
    const { queue, push, clock, asked, outcomes, settle, entries, text } = stage(() => (isDown ? failed : told))
    for (let n = 0; n < mostWaiting; n += 1) queue.add(push(`${n}`))
    for (let minutes = 0; minutes < 30; minutes += 1) {
      await settle()
      await clock.advance(60_000)
    }
    expect(asked.length).toBeLessThan(60)
    expect(clock.waiting).toBeLessThanOrEqual(1)
    expect(entries()).toMatchObject([{ level: 'warn', service: '*.push.test', why: 'ECONNREFUSED' }])
    expect(text()).not.toMatch(/SECRET|PERSON|a\.push/)
    isDown = false
    await clock.advance(60_000)
    while (queue.waiting > 0) {
      await settle()
      await clock.advance(100)
    }
    await settle()
    const count = (outcome: PushOutcome) => outcomes.filter(each => each === outcome).length
    expect(count('told') + count('given_up')).toBe(mostWaiting)
    expect(count('given_up')).toBeLessThan(20)
  })

  it('is rid of what waits for it as messages go', async () => {
    const { queue, push, clock, outcomes, settle } = stage(() => failed)
    for (let n = 0; n < 1000; n += 1) queue.add(push(`${n}`, { livesMs: 60_000 }))
    for (let seconds = 0; seconds < 180; seconds += 1) {
      await settle()
      await clock.advance(1000)
    }
    expect(queue.waiting).toBe(0)
    expect(new Set(outcomes)).toEqual(new Set(['expired']))
    expect(clock.waiting).toBe(0)
  })

  it('keeps no other waiting', async () => {
    const { queue, push, asked, settle } = stage(({ endpoint }) => (endpoint.includes('a.push') ? failed : told))
    for (let n = 0; n < 100; n += 1) queue.add(push(`${n}`))
    await settle()
    const before = asked.length
    queue.add(push('other', { host: 'b.push.test' }))
    await settle()
    expect(asked.slice(before).map(({ endpoint }) => endpoint)).toEqual(['https://b.push.test/SECRET/other'])
  })
})

describe('the queue', () => {
  it('holds ten thousand, and forgets the oldest beyond that', async () => {
    const { queue, push, asked, outcomes, settle } = stage()
    for (let n = 0; n < 10; n += 1) queue.add(push(`under way ${n}`))
    await settle()
    for (let n = 0; n < mostWaiting + 5; n += 1) queue.add(push(`${n}`))
    expect(queue.waiting).toBe(mostWaiting)
    expect(outcomes).toEqual(Array.from({ length: 5 }, () => 'forgotten'))
    asked[0]?.answer(told)
    await settle()
    expect(asked.at(-1)?.endpoint).toBe('https://a.push.test/SECRET/5')
  })

  it('holds as many that are each for another host', async () => {
    const { queue, push, clock, asked, settle } = stage(() => failed)
    for (let n = 0; n < mostWaiting + 5; n += 1) queue.add(push(`${n}`, { host: `${n}.push.test` }))
    expect(queue.waiting).toBe(mostWaiting)
    await settle()
    await clock.advance(1000)
    expect(asked.length).toBeGreaterThan(0)
    expect(clock.waiting).toBeLessThanOrEqual(1)
  })

  it('does nothing more once it is stopped', async () => {
    const { queue, push, clock, asked, outcomes, sender, settle } = stage()
    queue.add(push('one'))
    await settle()
    queue.add(push('two'))
    queue.stop()
    queue.add(push('three'))
    asked[0]?.answer(failed)
    await settle()
    await clock.advance(hourMs)
    expect([asked.length, outcomes, queue.waiting, sender.stops, clock.waiting]).toEqual([1, [], 0, 1, 0])
  })
})
