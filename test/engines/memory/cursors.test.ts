import { describe, expect, it } from 'vitest'
import { type CursorMove, moveCursor } from '#src/engines/memory/cursors.js'
import type { Entry } from '#src/engines/memory/message-store.js'
import type { Member } from '#src/engines/memory/model.js'
import { block, makePair, seqsOf, unblock, write } from '../../support/engine/assembled-engine.js'

/** Messages 1, 2 and 4 are ann's, 3 is bob's, 5 is ann's but held from bob, 6 is ann's. */
function start() {
  const { room, ann, bob } = makePair()
  for (const sender of [ann, ann, bob, ann]) write(sender)
  block(bob)
  write(ann)
  unblock(bob)
  write(ann)
  const at = (seq: number): Entry => {
    const [entry] = [...room.messages].filter(({ message }) => message.seq === seq)
    if (entry === undefined) throw new Error(`There is no message ${seq}`)
    return entry
  }
  return { ann, bob, at }
}

const shownOf = (move: CursorMove | null) =>
  move?.shown ? { ...move.shown, entries: seqsOf(move.shown.entries) } : null
const sendReceipts = ({ person }: Member, sendsReceipts: boolean) => {
  person.privacy = { ...person.privacy, sendsReceipts }
}

describe('a cursor', () => {
  it('moves up to a delivered message, and nothing is seen by that', () => {
    const { bob, at } = start()
    expect(shownOf(moveCursor(bob, 'delivered', at(2)))).toEqual({
      before: { delivered: 0, seen: 0 },
      after: { delivered: 2, seen: 0 },
      entries: [1, 2],
    })
    expect([bob.cursors, bob.shownCursors, bob.unread]).toEqual([bob.shownCursors, { delivered: 2, seen: 0 }, 4])
  })

  it('moves up to a seen message, which is delivered as well', () => {
    const { bob, at } = start()
    expect(shownOf(moveCursor(bob, 'seen', at(2)))).toEqual({
      before: { delivered: 0, seen: 0 },
      after: { delivered: 2, seen: 2 },
      entries: [1, 2],
    })
    expect([bob.unread, bob.person.listed.unread]).toEqual([2, 2])
  })

  it('of what is delivered stays where it is when an earlier message is seen', () => {
    const { bob, at } = start()
    moveCursor(bob, 'delivered', at(4))
    expect(shownOf(moveCursor(bob, 'seen', at(2)))).toEqual({
      before: { delivered: 4, seen: 0 },
      after: { delivered: 4, seen: 2 },
      entries: [1, 2],
    })
  })

  it('passes each message once', () => {
    const { bob, at } = start()
    moveCursor(bob, 'seen', at(2))
    expect(shownOf(moveCursor(bob, 'seen', at(4)))).toEqual({
      before: { delivered: 2, seen: 2 },
      after: { delivered: 4, seen: 4 },
      entries: [4],
    })
    expect(bob.unread).toBe(1)
  })

  it.each([
    ['to one’s own message', 'seen', 3, 0],
    ['to a message that is held from one', 'seen', 5, 0],
    ['to where it is', 'seen', 2, 2],
    ['back', 'seen', 1, 2],
    ['back, of what is delivered', 'delivered', 1, 2],
  ] as const)('does not move %s', (_title, kind, seq, seen) => {
    const { bob, at } = start()
    if (seen > 0) moveCursor(bob, 'seen', at(seen))
    const { cursors, unread } = bob
    expect(moveCursor(bob, kind, at(seq))).toBeNull()
    expect([bob.cursors, bob.shownCursors, bob.unread]).toEqual([cursors, cursors, unread])
  })

  it('covers what was held, which was never unread', () => {
    const { bob, at } = start()
    expect(shownOf(moveCursor(bob, 'seen', at(6)))?.entries).toEqual([1, 2, 4, 5, 6])
    expect(bob.unread).toBe(0)
  })

  it('moves for each of the two alone', () => {
    const { ann, bob, at } = start()
    expect(shownOf(moveCursor(ann, 'seen', at(3)))?.entries).toEqual([3])
    expect([ann.unread, bob.unread, bob.cursors]).toEqual([0, 4, { delivered: 0, seen: 0 }])
  })
})

describe('a cursor of somebody who sends no receipts', () => {
  it('moves for themselves alone', () => {
    const { bob, at } = start()
    sendReceipts(bob, false)
    expect(moveCursor(bob, 'seen', at(2))).toEqual({ shown: null })
    expect([bob.cursors, bob.shownCursors, bob.unread]).toEqual([
      { delivered: 2, seen: 2 },
      { delivered: 0, seen: 0 },
      2,
    ])
  })

  it('does not move twice to the same message', () => {
    const { bob, at } = start()
    sendReceipts(bob, false)
    moveCursor(bob, 'seen', at(2))
    expect(moveCursor(bob, 'seen', at(2))).toBeNull()
  })

  it('shows all moves before the next one that is shown', () => {
    const { bob, at } = start()
    moveCursor(bob, 'seen', at(1))
    sendReceipts(bob, false)
    moveCursor(bob, 'seen', at(4))
    sendReceipts(bob, true)
    expect(shownOf(moveCursor(bob, 'seen', at(6)))).toEqual({
      before: { delivered: 1, seen: 1 },
      after: { delivered: 6, seen: 6 },
      entries: [2, 4, 5, 6],
    })
    expect(bob.shownCursors).toBe(bob.cursors)
  })

  it('shows of the messages between only those whose status changes', () => {
    const { bob, at } = start()
    moveCursor(bob, 'delivered', at(2))
    sendReceipts(bob, false)
    moveCursor(bob, 'seen', at(1))
    sendReceipts(bob, true)
    expect(shownOf(moveCursor(bob, 'delivered', at(4)))).toEqual({
      before: { delivered: 2, seen: 0 },
      after: { delivered: 4, seen: 1 },
      entries: [1, 4],
    })
  })
})
