import { describe, expect, it } from 'vitest'
import {
  countAdded,
  countRemoved,
  countUnread,
  firstUnread,
  isFromOther,
  knowsOf,
  newestFor,
} from '#src/engines/memory/counts.js'
import type { Member } from '#src/engines/memory/model.js'
import { block, makePair, unblock, write } from '../../support/engine/assembled-engine.js'

/** Two messages of ann's, one that is held from bob, and one of bob's. */
function start() {
  const pair = makePair()
  const { ann, bob } = pair
  const [first, second] = [write(ann, { text: 'a' }), write(ann, { text: 'ab' })]
  block(bob)
  const held = write(ann, { text: 'abc' })
  unblock(bob)
  const answer = write(bob, { text: 'abcd' })
  return { ...pair, first, second, held, answer }
}

const countsOf = ({ messages, bytes, bytesSent, held, unread, person }: Member) => ({
  messages,
  bytes,
  bytesSent,
  held,
  unread,
  ofPerson: [person.bytesSent, person.listed.unread],
})

describe('a message', () => {
  it('is known to both, unless it is held from one', () => {
    const { ann, bob, first, held } = start()
    expect([knowsOf(ann, first), knowsOf(bob, first)]).toEqual([true, true])
    expect([knowsOf(ann, held), knowsOf(bob, held)]).toEqual([true, false])
  })

  it('is the other’s when it is neither one’s own nor held', () => {
    const { ann, bob, first, held } = start()
    expect([isFromOther(ann, first), isFromOther(bob, first)]).toEqual([false, true])
    expect([isFromOther(ann, held), isFromOther(bob, held)]).toEqual([false, false])
  })
})

describe('the first unread message', () => {
  it('is the first of the other’s after what one has seen', () => {
    const { ann, bob, first, second, answer } = start()
    expect([firstUnread(bob), firstUnread(ann)]).toEqual([first, answer].map(({ message }) => message.seq))
    bob.cursors = { delivered: 1, seen: 1 }
    expect(firstUnread(bob)).toBe(second.message.seq)
  })

  it('is neither one’s own nor one that is held', () => {
    const { bob } = start()
    bob.cursors = { delivered: 2, seen: 2 }
    expect(firstUnread(bob)).toBe(0)
  })
})

describe('the newest message', () => {
  it('is that of either', () => {
    const { ann, bob, answer } = start()
    expect([newestFor(ann), newestFor(bob)]).toEqual([answer, answer])
  })

  it('is none that is held from the person', () => {
    const { room, ann, bob, second, held, answer } = start()
    room.messages.remove(answer.message.seq)
    expect([newestFor(ann), newestFor(bob)]).toEqual([held, second])
  })

  it('is none where there is none', () => {
    expect(newestFor(makePair().ann)).toBeUndefined()
  })
})

describe('a new message', () => {
  it('counts for its sender', () => {
    expect(countsOf(start().ann)).toEqual({
      messages: 4,
      bytes: 514 + 516 + 518 + 520,
      bytesSent: 514 + 516 + 518,
      held: 0,
      unread: 1,
      ofPerson: [514 + 516 + 518, 1],
    })
  })

  it('counts for the other, unless it is held from them', () => {
    expect(countsOf(start().bob)).toEqual({
      messages: 3,
      bytes: 514 + 516 + 520,
      bytesSent: 520,
      held: 1,
      unread: 2,
      ofPerson: [520, 2],
    })
  })

  it('counts for each of the two once', () => {
    const { room, ann, bob, first } = start()
    countAdded(room, first)
    expect([ann.messages, bob.messages, ann.unread, bob.unread]).toEqual([5, 4, 1, 3])
  })
})

describe('a message that is gone', () => {
  it('counts for nobody', () => {
    const { room, ann, bob, first, second, held, answer } = start()
    for (const entry of [second, held, answer, first]) {
      room.messages.remove(entry.message.seq)
      countRemoved(room, entry)
    }
    const nothing = { messages: 0, bytes: 0, bytesSent: 0, held: 0, unread: 0, ofPerson: [0, 0] }
    expect([countsOf(ann), countsOf(bob)]).toEqual([nothing, nothing])
  })

  it.each([
    ['is one less unread when it was not seen', 1, 1],
    ['is no less unread when it was the last that was seen', 2, 2],
  ])('%s', (_title, seen, unread) => {
    const { room, bob, second } = start()
    bob.cursors = { delivered: 2, seen }
    countRemoved(room, second)
    expect(bob.unread).toBe(unread)
  })

  it('is no less unread when it was held', () => {
    const { room, bob, held } = start()
    countRemoved(room, held)
    expect([bob.unread, bob.held]).toEqual([2, 0])
  })
})

describe('what is unread', () => {
  it('counts in the list as well while the room is in it', () => {
    const { bob } = start()
    countUnread(bob, -1)
    expect([bob.unread, bob.person.listed.unread]).toEqual([1, 1])
  })

  it('counts in the room alone while the room is not in the list', () => {
    const { bob } = start()
    bob.person.listed.remove(bob)
    countUnread(bob, 1)
    expect([bob.unread, bob.person.listed.unread]).toEqual([3, 0])
  })
})
