// Long because each limit of the queue is tried on both sides of its boundary.
import { beforeEach, describe, expect, it } from 'vitest'
import { type OnTaken, type OnTextsTaken, type Part, WriteQueue } from '#src/live/transport/write-queue.js'
import { partLength } from '#src/text-parts.js'
import { FakeClock } from '../../support/fake-clock.js'

const mebibyte = 1_048_576

/** A channel whose other end takes what a test says it takes. */
class TestChannel {
  bufferedBytes = 0
  cuts = 0
  readonly sent: Part[] = []
  readonly #untaken: OnTaken[] = []

  send(text: string, bytes: number, state: string | undefined, onTaken: OnTextsTaken): void {
    this.sendPart({ text, isFirst: true, isLast: true, state }, () => onTaken(1, bytes))
  }

  sendPart(part: Part, onTaken: OnTaken): void {
    this.sent.push(part)
    this.#untaken.push(onTaken)
  }

  cut(): void {
    this.cuts += 1
  }

  /** Takes the oldest of what was sent, or fails to. */
  take(error?: Error): void {
    this.#untaken.shift()?.(error)
  }

  get texts(): string[] {
    return this.sent.map(({ text }) => text)
  }
}

let clock: FakeClock
let channel: TestChannel
let held: number[]
let queue: WriteQueue
beforeEach(() => {
  clock = new FakeClock()
  channel = new TestChannel()
  held = []
  queue = new WriteQueue(clock, channel, { set: bytes => held.push(bytes), end: () => {} })
})

/** Three parts of two bytes a character. */
const long = 'ä'.repeat(2 * partLength + 1)
const longBytes = 2 * (2 * partLength + 1)

describe('a text that is written', () => {
  it('is sent at once, whole, with the state that it leads to', () => {
    queue.write('one', 'state')
    queue.write('two')
    expect(channel.sent).toEqual([
      { text: 'one', isFirst: true, isLast: true, state: 'state' },
      { text: 'two', isFirst: true, isLast: true, state: undefined },
    ])
  })

  it('cuts a reader for whom more than a mebibyte waits, and none for whom just that waits', () => {
    channel.bufferedBytes = mebibyte
    queue.write('x')
    expect(channel.cuts).toBe(0)
    channel.bufferedBytes = mebibyte + 1
    queue.write('x')
    expect(channel.cuts).toBe(1)
  })

  it('leaves a reader busy once more than 64 KiB wait', () => {
    channel.bufferedBytes = 65_536
    expect(queue.isBusy).toBe(false)
    channel.bufferedBytes = 65_537
    expect(queue.isBusy).toBe(true)
  })

  it('needs no share to be told', () => {
    new WriteQueue(clock, channel).write('x')
    expect(channel.texts).toEqual(['x'])
  })
})

describe('a catch-up', () => {
  it('that fits in one part is written like any text', () => {
    queue.catchUp('x'.repeat(partLength), 'state')
    expect(channel.sent).toEqual([{ text: 'x'.repeat(partLength), isFirst: true, isLast: true, state: 'state' }])
    expect([queue.isCatchingUp, queue.isBusy]).toEqual([false, false])
  })

  it('that is longer goes out part by part, each once the one before is taken', () => {
    queue.catchUp(long, 'state')
    expect(channel.sent).toEqual([{ text: 'ä'.repeat(partLength), isFirst: true, isLast: false, state: 'state' }])
    channel.take()
    expect(channel.sent.slice(1)).toEqual([
      { text: 'ä'.repeat(partLength), isFirst: false, isLast: false, state: 'state' },
    ])
    channel.take()
    expect(channel.sent.slice(2)).toEqual([{ text: 'ä', isFirst: false, isLast: true, state: 'state' }])
    expect([queue.isCatchingUp, queue.isBusy]).toEqual([true, true])
    channel.take()
    expect([queue.isCatchingUp, queue.isBusy, channel.sent.length]).toEqual([false, false, 3])
  })

  it('comes before what is written meanwhile, which keeps its order', () => {
    queue.catchUp('x'.repeat(partLength + 1))
    queue.write('first', 'a')
    queue.write('second')
    channel.take()
    expect(channel.texts.map(text => text.length)).toEqual([partLength, 1])
    channel.take()
    expect(channel.sent.slice(2)).toEqual([
      { text: 'first', isFirst: true, isLast: true, state: 'a' },
      { text: 'second', isFirst: true, isLast: true, state: undefined },
    ])
  })

  it('that comes while another waits is a text like any other', () => {
    queue.catchUp(long)
    queue.catchUp(long, 'second')
    for (let taken = 0; taken < 3; taken += 1) channel.take()
    expect(channel.sent[3]).toEqual({ text: long, isFirst: true, isLast: true, state: 'second' })
  })

  it('does not count against the mebibyte, what is written behind it does', () => {
    queue.catchUp('x'.repeat(4 * mebibyte))
    queue.write('ä'.repeat(mebibyte / 2))
    expect(channel.cuts).toBe(0)
    queue.write('x')
    expect(channel.cuts).toBe(1)
  })

  it('once taken leaves room for a mebibyte again', () => {
    queue.catchUp('x'.repeat(partLength + 1))
    queue.write('x'.repeat(mebibyte))
    channel.take()
    channel.take()
    queue.write('x')
    expect(channel.cuts).toBe(0)
  })

  it('cuts a reader that takes nothing of it for ten seconds', async () => {
    queue.catchUp(long)
    await clock.advance(9999)
    channel.take()
    await clock.advance(9999)
    expect(channel.cuts).toBe(0)
    await clock.advance(1)
    expect(channel.cuts).toBe(1)
  })

  it('gives a reader ten seconds more that could not be heard, as the process stood still', async () => {
    queue.catchUp(long)
    clock.standStill(40_000)
    await clock.advance(9999)
    expect(channel.cuts).toBe(0)
    await clock.advance(1)
    expect(channel.cuts).toBe(1)
  })

  it('cuts nobody once it is taken', async () => {
    queue.catchUp('x'.repeat(partLength + 1))
    channel.take()
    channel.take()
    await clock.advance(60_000)
    expect([channel.cuts, clock.waiting]).toEqual([0, 0])
  })

  it('that fails to be sent is given up, with what stands behind it', () => {
    queue.catchUp(long)
    queue.write('behind')
    channel.take(new Error('reset'))
    expect([channel.sent.length, queue.isCatchingUp]).toEqual([1, false])
  })
})

describe('waiting for a catch-up to be taken', () => {
  /** Whether a promise has settled by now. */
  const isSettled = (promise: Promise<void>) =>
    Promise.race([promise.then(() => true), clock.advance(0).then(() => false)])

  it('ends at once where none waits', async () => {
    queue.write('x')
    expect(await isSettled(queue.taken())).toBe(true)
  })

  it('ends with its last part, for all who wait', async () => {
    queue.catchUp('x'.repeat(partLength + 1))
    const waits = [queue.taken(), queue.taken()]
    channel.take()
    expect(await isSettled(Promise.race(waits))).toBe(false)
    channel.take()
    expect(await Promise.all(waits.map(isSettled))).toEqual([true, true])
  })

  it('ends with the connection, of which nothing more is sent', async () => {
    queue.catchUp(long)
    queue.write('behind')
    const wait = queue.taken()
    queue.end()
    expect(await isSettled(wait)).toBe(true)
    channel.take()
    expect([channel.sent.length, queue.isCatchingUp]).toEqual([1, false])
  })
})

describe('a reader that takes nothing', () => {
  it('is cut after more than a second, when something expires', async () => {
    queue.write('x')
    await clock.advance(1000)
    queue.cutIfStalled()
    expect(channel.cuts).toBe(0)
    await clock.advance(1)
    queue.cutIfStalled()
    expect(channel.cuts).toBe(1)
  })

  it('is given a second from what it last took', async () => {
    queue.write('one')
    queue.write('two')
    await clock.advance(1000)
    channel.take()
    await clock.advance(1000)
    queue.cutIfStalled()
    expect(channel.cuts).toBe(0)
    await clock.advance(1)
    queue.cutIfStalled()
    expect(channel.cuts).toBe(1)
  })

  it('is given a second from the first that waits, whatever comes after it', async () => {
    queue.write('one')
    await clock.advance(600)
    queue.write('two')
    await clock.advance(401)
    queue.cutIfStalled()
    expect(channel.cuts).toBe(1)
  })

  it('is left alone where nothing waits, however long', async () => {
    queue.write('x')
    channel.take()
    await clock.advance(60_000)
    queue.cutIfStalled()
    expect(channel.cuts).toBe(0)
  })

  it('is given a second anew by what comes when all was taken', async () => {
    queue.write('x')
    channel.take()
    await clock.advance(60_000)
    queue.write('y')
    queue.cutIfStalled()
    expect(channel.cuts).toBe(0)
  })
})

describe('what a person’s share is told', () => {
  it('is what waits in the channel, when it is written and when it is taken', () => {
    channel.bufferedBytes = 700
    queue.write('x')
    channel.bufferedBytes = 0
    channel.take()
    expect(held).toEqual([700, 0])
  })

  it('is all of a catch-up until the last of it is taken, and what stands behind it, in bytes', () => {
    queue.catchUp(long)
    channel.bufferedBytes = 10
    queue.write('ää')
    expect(held).toEqual([longBytes, longBytes + 10 + 4])
    channel.bufferedBytes = 0
    channel.take()
    channel.take()
    expect(held.at(-1)).toBe(longBytes + 4)
    channel.take()
    expect(held.at(-1)).toBe(0)
  })

  it.each([
    ['ASCII', 'x', 2 * partLength],
    ['ASCII but for one character, two bytes each', 'ж', 4 * partLength],
    ['three bytes each', '한'.repeat(2 * partLength), 6 * partLength],
  ])('is of a catch-up what it takes in memory: %s', (_kind, begin, bytes) => {
    queue.catchUp(begin + 'x'.repeat(2 * partLength - begin.length))
    expect(held).toEqual([bytes])
  })

  it('is nothing more once the connection has ended', () => {
    queue.write('x')
    queue.end()
    channel.take()
    queue.write('y')
    expect(held).toEqual([0])
  })
})

describe('the pace at which a reader takes what waits', () => {
  const halfMinuteMs = 30_000

  it('is watched while more than 64 KiB wait: who takes less than 30 kB in half a minute is cut', async () => {
    channel.bufferedBytes = 65_537
    queue.write('x'.repeat(29_999))
    queue.write('y'.repeat(100_000))
    channel.take()
    await clock.advance(halfMinuteMs - 1)
    expect(channel.cuts).toBe(0)
    await clock.advance(1)
    expect(channel.cuts).toBe(1)
  })

  it('is enough at 30 kB in half a minute, counted in bytes', async () => {
    channel.bufferedBytes = 65_537
    queue.write('ä'.repeat(15_000))
    queue.write('y')
    channel.take()
    await clock.advance(halfMinuteMs)
    expect(channel.cuts).toBe(0)
  })

  it('is watched no more once little waits, nor when the connection has ended', () => {
    channel.bufferedBytes = 65_537
    queue.write('x')
    expect(clock.waiting).toBe(1)
    channel.bufferedBytes = 65_536
    channel.take()
    expect(clock.waiting).toBe(0)
    channel.bufferedBytes = 65_537
    queue.write('x')
    queue.end()
    expect(clock.waiting).toBe(0)
  })

  it('has no timer left when a connection ends within its catch-up', () => {
    queue.catchUp('x'.repeat(mebibyte))
    expect(clock.waiting).toBe(2)
    queue.end()
    expect(clock.waiting).toBe(0)
  })
})
