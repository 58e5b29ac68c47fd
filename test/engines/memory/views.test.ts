import { describe, expect, it } from 'vitest'
import { summarise, viewRoom } from '#src/engines/memory/views.js'
import { block, makePair, write } from '../../support/engine/assembled-engine.js'

/** Bob has seen two of ann's three messages, and showed one of them. */
function start() {
  const pair = makePair()
  const { room, ann, bob } = pair
  const messages = [write(ann), write(ann), write(ann)].map(({ message }) => message)
  Object.assign(bob, { cursors: { delivered: 2, seen: 2 }, shownCursors: { delivered: 1, seen: 1 }, raisedAt: 50 })
  Object.assign(ann, { version: 9, raisedAt: 40 })
  bob.person.lastHeldAt = 30
  return { ...pair, messages, room }
}

const presenceOfBob = { userId: 'bob', isOnline: false, lastSeen: 30 }

describe('a room', () => {
  it('is shown to each of its people from their side', () => {
    const { room, ann, messages } = start()
    expect(viewRoom(ann, { of: 'newest', limit: 2 })).toEqual({
      id: room.id,
      epoch: room.epoch,
      version: 9,
      otherId: 'bob',
      presence: presenceOfBob,
      mine: { delivered: 0, seen: 0 },
      theirs: { delivered: 1, seen: 1 },
      messages: messages.slice(1),
      previous: messages[0],
      later: 0,
      survivors: null,
      newestSeq: 3,
      unread: 0,
      vanished: { theirs: { total: 0, shown: 0, afterSeq: 0 }, mine: { total: 0, shown: 0, afterSeq: 0 } },
      lifetime: null,
      erasesWhenLeft: true,
      timeline: [],
      mayLiveFromSeen: true,
      expiring: [],
    })
  })

  it('is shown to a person with what they have really seen', () => {
    const { bob } = start()
    expect(viewRoom(bob, { of: 'visit' })).toMatchObject({
      version: 4,
      otherId: 'ann',
      mine: { delivered: 2, seen: 2 },
      theirs: { delivered: 0, seen: 0 },
    })
  })

  it('is shown with the lifetime that was chosen', () => {
    const { room, ann } = start()
    room.lifetime = { lifetimeMs: 5, from: 'sent', byId: 'bob' }
    expect(viewRoom(ann, { of: 'visit' }).lifetime).toBe(room.lifetime)
  })

  it('is shown without the presence of somebody who has not entered it', () => {
    const { ann, bob } = start()
    bob.hasEntered = false
    expect(viewRoom(ann, { of: 'visit' }).presence).toBeNull()
    expect(viewRoom(bob, { of: 'visit' }).presence).toMatchObject({ userId: 'ann' })
  })
})

describe('a room in a list', () => {
  it('is shown from the side of the person whose list it is', () => {
    const { room, ann, messages } = start()
    expect(summarise(ann)).toEqual({
      id: room.id,
      otherId: 'bob',
      presence: presenceOfBob,
      unread: 0,
      vanished: { theirs: { total: 0, shown: 0, afterSeq: 0 }, mine: { total: 0, shown: 0, afterSeq: 0 } },
      lastMessage: messages[2],
      mine: { delivered: 0, seen: 0 },
      theirs: { delivered: 1, seen: 1 },
      activeAt: 40,
      lifetimeMs: null,
    })
  })

  it('is shown with what the person has not seen', () => {
    const { bob } = start()
    expect(summarise(bob)).toMatchObject({ unread: 3, mine: { delivered: 2, seen: 2 }, activeAt: 50 })
  })

  it('is shown with the lifetime that was chosen', () => {
    const { room, ann } = start()
    room.lifetime = { lifetimeMs: 5, from: 'sent', byId: 'bob' }
    expect(summarise(ann).lifetimeMs).toBe(5)
  })

  it('is shown without the presence of somebody who has not entered it', () => {
    const { ann, bob } = start()
    bob.hasEntered = false
    expect(summarise(ann).presence).toBeNull()
  })

  it('is shown with the last message that the person may know of', () => {
    const { ann, bob, messages } = start()
    block(bob)
    const held = write(ann).message
    expect([summarise(bob).lastMessage, summarise(ann).lastMessage]).toEqual([messages[2], held])
  })

  it('is shown without a message where there is none', () => {
    expect(summarise(makePair().ann).lastMessage).toBeNull()
  })
})
