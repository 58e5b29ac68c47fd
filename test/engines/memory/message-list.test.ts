// Long because every case of one behaviour stands here.
import { describe, expect, it } from 'vitest'
import { MessageList } from '#src/engines/memory/message-list.js'
import type { Entry, NewMessage } from '#src/engines/memory/message-store.js'
import { seqsOf } from '../../support/engine/assembled-engine.js'

const lifetimeMs = 100_000
/** How long before its end a message of that life is warned of, and how long after its beginning. */
const warningMs = 50_000

function messageOf(seq: number, expiresAt: number, keptTimes = 0): NewMessage {
  const sent = { sentAt: 0, expiresAt, lifetimeMs, keptTimes, livesFrom: 'sent', hasBegun: true } as const
  return { seq, senderId: 'ann', nonce: `n${seq}`, text: '', image: null, ...sent }
}

const listFor = (keepLonger: boolean) => new MessageList('room', ['ann', 'bob'], keepLonger)

/** A list of messages that expire at these times, with the first `seq` 1. */
function listOf(times: number[], { keepLonger = true, keptTimes = 0 } = {}) {
  const list = listFor(keepLonger)
  for (const [index, expiresAt] of times.entries()) list.append(messageOf(index + 1, expiresAt, keptTimes), false)
  const at = (seq: number): Entry => {
    const entry = list.read(seq)
    if (entry === undefined) throw new Error(`There is no message ${seq}`)
    return entry
  }
  return { list, at }
}

describe('a list of messages', () => {
  it('is empty at first, and nothing is due in it', () => {
    const { list } = listOf([])
    expect([list.size, list.nextExpiry, list.nextWarning]).toEqual([
      0,
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ])
    expect([...list]).toEqual([])
  })

  it('is empty again without its only message', () => {
    const { list } = listOf([100])
    list.remove(1)
    expect([seqsOf(list), list.nextExpiry]).toEqual([[], Number.POSITIVE_INFINITY])
    list.append(messageOf(2, 100), false)
    expect(seqsOf(list)).toEqual([2])
  })

  it('counts the messages that were kept', () => {
    const { list } = listOf([100, 200], { keptTimes: 1 })
    list.append(messageOf(3, 300), false)
    expect(list.kept).toBe(2)
    list.remove(1)
    list.remove(3)
    expect(list.kept).toBe(1)
  })
})

describe('a message expires', () => {
  it('at its time and not before', () => {
    const { list } = listOf([300, 100])
    expect([list.nextExpiry, list.takeDue(99)]).toEqual([100, undefined])
    expect(list.takeDue(100)?.message.seq).toBe(2)
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
    list.remove(1)
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
    const { list } = listOf([lifetimeMs, lifetimeMs])
    list.remove(1)
    expect(seqsOf(list.warn(warningMs))).toEqual([2])
  })
})

describe('messages are kept', () => {
  it('that were warned of, and those that would go within the life of these, and no others', () => {
    const { list, at } = listOf([lifetimeMs, warningMs + lifetimeMs, warningMs + lifetimeMs + 1])
    list.warn(warningMs)
    expect(seqsOf(list.keepWarned(warningMs))).toEqual([1, 2])
    expect(at(1).message).toMatchObject(messageOf(1, 2 * lifetimeMs, 1))
    expect(at(2).message).toMatchObject(messageOf(2, warningMs + 2 * lifetimeMs, 1))
    expect(at(3).message).toMatchObject(messageOf(3, warningMs + lifetimeMs + 1))
  })

  it('in the order of seq', () => {
    const { list } = listOf([lifetimeMs + 2, lifetimeMs + 1])
    list.warn(warningMs + 1)
    expect(seqsOf(list.keepWarned(warningMs + 2))).toEqual([1, 2])
  })

  it('not where they were kept ten times, though others are', () => {
    const list = listFor(true)
    list.append(messageOf(1, lifetimeMs), false)
    list.append(messageOf(2, lifetimeMs, 10), false)
    list.warn(warningMs)
    expect(seqsOf(list.keepWarned(warningMs))).toEqual([1])
  })

  it('until their new end', () => {
    const { list } = listOf([lifetimeMs])
    list.warn(warningMs)
    list.keepWarned(warningMs)
    expect([list.nextExpiry, list.takeDue(2 * lifetimeMs - 1)]).toEqual([2 * lifetimeMs, undefined])
    expect(list.takeDue(2 * lifetimeMs)?.message.seq).toBe(1)
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
    const { list } = listOf([lifetimeMs])
    list.warn(warningMs)
    list.remove(1)
    expect(list.keepWarned(warningMs)).toEqual([])
    expect(list.nextExpiry).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('a message that waits to be seen', () => {
  const all = { from: 1, to: 3 }
  const waiting = (seq: number): NewMessage => ({
    ...messageOf(seq, 10 * lifetimeMs),
    livesFrom: 'seen',
    hasBegun: false,
  })
  const start = () => {
    const list = listFor(true)
    for (const seq of [1, 2, 3]) list.append(waiting(seq), false)
    return { list }
  }

  it('begins its life when it is seen, and no other does', () => {
    const { list } = start()
    expect(list.nextWarning).toBe(Number.POSITIVE_INFINITY)
    expect(seqsOf(list.begin('bob', { from: 2, to: 3 }, 500))).toEqual([2, 3])
    expect([...list].map(({ message: { expiresAt, hasBegun } }) => [expiresAt, hasBegun])).toEqual([
      [10 * lifetimeMs, false],
      [500 + lifetimeMs, true],
      [500 + lifetimeMs, true],
    ])
    expect([list.nextExpiry, list.nextWarning]).toEqual([500 + lifetimeMs, 500 + warningMs])
  })

  it('does not begin its life when its own sender has it in view', () => {
    expect(start().list.begin('ann', all, 500)).toEqual([])
  })

  it('begins it once', () => {
    const { list } = start()
    list.begin('bob', all, 500)
    expect(list.begin('bob', all, 600)).toEqual([])
  })

  it('begins its life when it need not wait any more', () => {
    const { list } = start()
    expect(seqsOf(list.stopWaiting(500))).toEqual([1, 2, 3])
    const expiresAt = 500 + lifetimeMs
    expect(list.read(1)?.message).toMatchObject({ ...waiting(1), expiresAt, livesFrom: 'sent', hasBegun: true })
    expect([list.stopWaiting(600), list.begin('bob', all, 600)]).toEqual([[], []])
    expect([list.nextExpiry, list.nextWarning]).toEqual([expiresAt, 500 + warningMs])
  })

  it('is none any more once it is gone', () => {
    const { list } = start()
    for (const seq of [1, 2, 3]) list.remove(seq)
    expect(list.begin('bob', all, 500)).toEqual([])
  })
})
