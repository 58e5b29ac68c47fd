// Long because every case of one behaviour stands here.
import { describe, expect, it } from 'vitest'
import type { Message } from '#src/chat/engine.js'
import { type Entry, MessageList } from '#src/engines/memory/message-list.js'
import { seqsOf } from '../../support/engine/assembled-engine.js'

const lifetimeMs = 100_000
/** How long before its end a message of that life is warned of, and how long after its beginning. */
const warningMs = 50_000

function messageOf(seq: number, expiresAt: number, keptTimes = 0): Message {
  const sent = { sentAt: 0, expiresAt, lifetimeMs, keptTimes, livesFrom: 'sent', hasBegun: true } as const
  return {
    id: `m${seq}`,
    roomId: 'room',
    seq,
    senderId: 'ann',
    nonce: `n${seq}`,
    text: '',
    image: null,
    replyTo: null,
    ...sent,
  }
}

/** A list of messages that expire at these times, with the first `seq` 1. */
function listOf(times: number[], { keepLonger = true, keptTimes = 0 } = {}) {
  const list = new MessageList(keepLonger)
  const entries = times.map((expiresAt, index) => list.append(messageOf(index + 1, expiresAt, keptTimes), 512, false))
  const at = (seq: number): Entry => {
    const entry = entries[seq - 1]
    if (entry === undefined) throw new Error(`There is no message ${seq}`)
    return entry
  }
  return { list, at }
}

describe('a list of messages', () => {
  it('is empty at first, and nothing is due in it', () => {
    const { list } = listOf([])
    expect([list.size, list.last, list.nextExpiry, list.nextWarning]).toEqual([
      0,
      null,
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ])
    expect([...list]).toEqual([])
  })

  it('has its messages in their order, each linked to those beside it', () => {
    const { list, at } = listOf([300, 100, 200])
    expect([seqsOf(list), list.size, list.last]).toEqual([[1, 2, 3], 3, at(3)])
    expect([at(1).previous, at(1).next, at(2).previous, at(3).next]).toEqual([null, at(2), at(1), null])
  })

  it('keeps with a message what it counts for and whether it is held', () => {
    const list = new MessageList(false)
    const message = messageOf(1, 100)
    expect(list.append(message, 600, true)).toMatchObject({ message, bytes: 600, isHeld: true })
    expect(list.append(messageOf(2, 100), 512, false)).toMatchObject({ bytes: 512, isHeld: false })
  })

  it('finds a living message by its id', () => {
    const { list, at } = listOf([100, 200])
    expect([list.get('m2'), list.get('m3')]).toEqual([at(2), undefined])
  })

  it.each([
    [1, [2, 3]],
    [2, [1, 3]],
    [3, [1, 2]],
  ])('closes up where a message is taken out: %i', (seq, left) => {
    const { list, at } = listOf([100, 200, 300])
    list.remove(at(seq))
    expect([seqsOf(list), list.size, list.get(`m${seq}`)]).toEqual([left, 2, undefined])
    expect(list.last?.message.seq).toBe(left.at(-1))
    expect(list.last?.previous?.message.seq).toBe(left[0])
  })

  it('is empty again without its only message', () => {
    const { list, at } = listOf([100])
    list.remove(at(1))
    expect([seqsOf(list), list.last, list.nextExpiry]).toEqual([[], null, Number.POSITIVE_INFINITY])
    list.append(messageOf(2, 100), 512, false)
    expect(seqsOf(list)).toEqual([2])
  })
})

describe('a message expires', () => {
  it('at its time and not before', () => {
    const { list, at } = listOf([300, 100])
    expect([list.nextExpiry, list.takeDue(99)]).toEqual([100, undefined])
    expect(list.takeDue(100)).toBe(at(2))
    expect([seqsOf(list), list.nextExpiry]).toEqual([[1], 300])
  })

  it('one at a time, the earliest first', () => {
    const { list } = listOf([300, 100, 200])
    expect([list.takeDue(300), list.takeDue(300), list.takeDue(300)].map(entry => entry?.message.seq)).toEqual([
      2, 3, 1,
    ])
    expect(list.takeDue(300)).toBeUndefined()
  })
})

describe('a message is warned of', () => {
  it('at its time, once, and not before', () => {
    const { list, at } = listOf([lifetimeMs])
    expect([list.nextWarning, list.warn(warningMs - 1)]).toEqual([warningMs, []])
    expect(list.warn(warningMs)).toEqual([at(1)])
    expect([list.warn(warningMs), list.nextWarning]).toEqual([[], Number.POSITIVE_INFINITY])
  })

  it('with others, in the order of seq', () => {
    const { list } = listOf([lifetimeMs + 2, lifetimeMs + 3, lifetimeMs + 1])
    expect(seqsOf(list.warn(warningMs + 2))).toEqual([1, 3])
    expect(seqsOf(list.warned)).toEqual([3, 1])
  })

  it('not while a warning of others stands, nor until it has rested, which it does from their end', () => {
    const { list, at } = listOf([lifetimeMs, lifetimeMs + 1, 1.5 * lifetimeMs, 2 * lifetimeMs])
    list.warn(warningMs)
    expect([list.warn(warningMs + 1), [...list.warned]]).toEqual([[], [at(1)]])
    list.takeDue(lifetimeMs)
    expect([list.warn(1.5 * lifetimeMs - 1), [...list.warned]]).toEqual([[], []])
    expect(list.warn(1.5 * lifetimeMs)).toEqual([at(4)])
  })

  it('without a rest after a warning whose messages were taken back', () => {
    const { list, at } = listOf([lifetimeMs, lifetimeMs + 1])
    list.warn(warningMs)
    list.remove(at(1))
    expect(list.warn(warningMs + 1)).toEqual([at(2)])
  })

  it.each([
    ['where none may be kept', { keepLonger: false }],
    ['once it was kept ten times', { keptTimes: 10 }],
  ])('never %s', (_title, options) => {
    const { list } = listOf([lifetimeMs], options)
    expect([list.nextWarning, list.warn(lifetimeMs)]).toEqual([Number.POSITIVE_INFINITY, []])
  })

  it('no more once it is gone', () => {
    const { list, at } = listOf([lifetimeMs, lifetimeMs])
    list.remove(at(1))
    expect(seqsOf(list.warn(warningMs))).toEqual([2])
  })
})

describe('messages are kept', () => {
  it('that were warned of, and those that would go within the life of these, and no others', () => {
    const { list, at } = listOf([lifetimeMs, warningMs + lifetimeMs, warningMs + lifetimeMs + 1])
    list.warn(warningMs)
    expect(seqsOf(list.keepWarned(warningMs))).toEqual([1, 2])
    expect(at(1).message).toEqual(messageOf(1, 2 * lifetimeMs, 1))
    expect(at(2).message).toEqual(messageOf(2, warningMs + 2 * lifetimeMs, 1))
    expect(at(3).message).toEqual(messageOf(3, warningMs + lifetimeMs + 1))
  })

  it('in the order of seq', () => {
    const { list } = listOf([lifetimeMs + 2, lifetimeMs + 1])
    list.warn(warningMs + 1)
    expect(seqsOf(list.keepWarned(warningMs + 2))).toEqual([1, 2])
  })

  it('not where they were kept ten times, though others are', () => {
    const list = new MessageList(true)
    list.append(messageOf(1, lifetimeMs), 512, false)
    list.append(messageOf(2, lifetimeMs, 10), 512, false)
    list.warn(warningMs)
    expect(seqsOf(list.keepWarned(warningMs))).toEqual([1])
  })

  it('until their new end', () => {
    const { list, at } = listOf([lifetimeMs])
    list.warn(warningMs)
    list.keepWarned(warningMs)
    expect([list.nextExpiry, list.takeDue(2 * lifetimeMs - 1)]).toEqual([2 * lifetimeMs, undefined])
    expect(list.takeDue(2 * lifetimeMs)).toBe(at(1))
  })

  it('once for each warning', () => {
    const { list } = listOf([lifetimeMs])
    list.warn(warningMs)
    list.keepWarned(warningMs)
    expect(list.keepWarned(warningMs)).toEqual([])
    expect(list.nextWarning).toBe(lifetimeMs + warningMs)
    expect(seqsOf(list.warn(lifetimeMs + warningMs))).toEqual([1])
    expect(seqsOf(list.keepWarned(lifetimeMs + warningMs))).toEqual([1])
  })

  it('never once they are gone', () => {
    const { list, at } = listOf([lifetimeMs])
    list.warn(warningMs)
    list.remove(at(1))
    expect(list.keepWarned(warningMs)).toEqual([])
    expect(list.nextExpiry).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('a message that waits to be seen', () => {
  const waiting = (seq: number): Message => ({
    ...messageOf(seq, 10 * lifetimeMs),
    livesFrom: 'seen',
    hasBegun: false,
  })
  const start = () => {
    const list = new MessageList(true)
    const entries = [1, 2, 3].map(seq => list.append(waiting(seq), 512, false))
    return { list, entries }
  }

  it('begins its life when it is seen, and no other does', () => {
    const { list, entries } = start()
    expect(list.nextWarning).toBe(Number.POSITIVE_INFINITY)
    expect(seqsOf(list.begin(({ message }) => message.seq > 1, 500))).toEqual([2, 3])
    expect(entries.map(({ message: { expiresAt, hasBegun } }) => [expiresAt, hasBegun])).toEqual([
      [10 * lifetimeMs, false],
      [500 + lifetimeMs, true],
      [500 + lifetimeMs, true],
    ])
    expect([list.nextExpiry, list.nextWarning]).toEqual([500 + lifetimeMs, 500 + warningMs])
  })

  it('begins it once', () => {
    const { list } = start()
    list.begin(() => true, 500)
    expect(list.begin(() => true, 600)).toEqual([])
  })

  it('begins its life when it need not wait any more', () => {
    const { list, entries } = start()
    expect(seqsOf(list.stopWaiting(500))).toEqual([1, 2, 3])
    const expiresAt = 500 + lifetimeMs
    expect(entries[0]?.message).toEqual({ ...waiting(1), expiresAt, livesFrom: 'sent', hasBegun: true })
    expect([list.stopWaiting(600), list.begin(() => true, 600)]).toEqual([[], []])
    expect([list.nextExpiry, list.nextWarning]).toEqual([expiresAt, 500 + warningMs])
  })

  it('is none any more once it is gone', () => {
    const { list, entries } = start()
    for (const entry of entries) list.remove(entry)
    expect(list.begin(() => true, 500)).toEqual([])
  })
})
