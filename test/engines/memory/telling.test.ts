import { describe, expect, it } from 'vitest'
import {
  knownTo,
  raiseVersion,
  raiseVersionOf,
  tell,
  tellMembers,
  tellOfMessages,
  watchWhoSees,
} from '#src/engines/memory/telling.js'
import { summarise } from '#src/engines/memory/views.js'
import { block, makePair, noted, unblock, write } from '../../support/engine/assembled-engine.js'

const versionsOf = ({ room }: ReturnType<typeof makePair>) => room.members.map(({ version }) => version)

/** One message of ann's, and one that is held from bob; bob has blocked nobody any more. */
function start() {
  const pair = makePair()
  const open = write(pair.ann)
  block(pair.bob)
  const held = write(pair.ann)
  unblock(pair.bob)
  for (const member of pair.room.members) member.version = 1
  return { ...pair, open, held }
}

describe('an event', () => {
  it('has the room as it stands in the list of the person, and what they have unread in all', () => {
    const { room, bob } = start()
    bob.person.listed.unread = 5
    expect(tell(bob, noted)).toEqual({
      userId: 'bob',
      event: { type: 'receipt.noted', roomId: room.id, summary: summarise(bob), totalUnread: 5 },
    })
  })

  it('has no room that is not in the list', () => {
    const { bob } = start()
    bob.person.listed.remove(bob)
    expect(tell(bob, noted).event.summary).toBeNull()
  })

  it('is told to both, to each their own', () => {
    const { room } = start()
    const told = tellMembers(room, member => ({ type: 'room.opened', version: member.id === 'ann' ? 3 : 4 }))
    expect(told.map(({ userId, event }) => [userId, event.type === 'room.opened' && event.version])).toEqual([
      ['ann', 3],
      ['bob', 4],
    ])
  })

  it('is not told to somebody to whom the room is not shown', () => {
    const { room, bob } = start()
    bob.isShown = false
    expect(tellMembers(room, () => noted).map(({ userId }) => userId)).toEqual(['ann'])
  })

  it('is not told to somebody who has blocked the other', () => {
    const { room, ann } = start()
    block(ann)
    expect(tellMembers(room, () => noted).map(({ userId }) => userId)).toEqual(['bob'])
  })
})

describe('the version', () => {
  it('rises for both by a change that both may know of', () => {
    const pair = start()
    raiseVersion(pair.room)
    expect(versionsOf(pair)).toEqual([2, 2])
  })

  it('rises for those alone who may know of one of the messages', () => {
    const pair = start()
    raiseVersionOf(pair.room, [pair.held])
    expect(versionsOf(pair)).toEqual([2, 1])
    raiseVersionOf(pair.room, [pair.held, pair.open])
    expect(versionsOf(pair)).toEqual([3, 2])
  })

  it('does not rise by no messages', () => {
    const pair = start()
    raiseVersionOf(pair.room, [])
    expect(versionsOf(pair)).toEqual([1, 1])
  })
})

describe('an event about messages', () => {
  const hear = ({ room }: ReturnType<typeof start>, entries: Parameters<typeof tellOfMessages>[1]) =>
    tellOfMessages(room, entries, (member, messages) => {
      return { type: 'messages.kept', version: member.version, reason: 'kept', byId: member.id, messages }
    }).map(({ userId, event }) => [userId, event.type === 'messages.kept' && [event.byId, ...event.messages]])

  it('tells each of the two of those that they may know of', () => {
    const stage = start()
    const { open, held } = stage
    expect(knownTo(stage.bob, [open, held])).toEqual([open.message])
    expect(hear(stage, [open, held])).toEqual([
      ['ann', ['ann', open.message, held.message]],
      ['bob', ['bob', open.message]],
    ])
  })

  it('is not told to somebody who may know of none', () => {
    const stage = start()
    expect(hear(stage, [stage.held])).toEqual([['ann', ['ann', stage.held.message]]])
  })

  it('is not told to somebody who does not hear of the room', () => {
    const stage = start()
    stage.ann.isShown = false
    expect(hear(stage, [stage.open])).toEqual([['bob', ['bob', stage.open.message]]])
  })
})

describe('who begins to see somebody', () => {
  const here = { userId: 'bob', isOnline: true, lastSeen: null }
  /** Bob is here, but has not entered the room of the two. */
  const beforeBobEnters = () => {
    const pair = makePair()
    pair.bob.hasEntered = false
    pair.bob.person.isOnline = true
    return pair
  }

  it('is told that the other is here', () => {
    const { room, bob } = beforeBobEnters()
    const tellWhoSees = watchWhoSees(room)
    bob.hasEntered = true
    const told = tellWhoSees()
    expect(told.map(({ userId }) => userId)).toEqual(['ann'])
    expect(told[0]?.event).toMatchObject({ type: 'presence.changed', presence: here })
  })

  it('is told nothing while the other is away', () => {
    const { room, bob } = beforeBobEnters()
    bob.person.isOnline = false
    const tellWhoSees = watchWhoSees(room)
    bob.hasEntered = true
    expect(tellWhoSees()).toEqual([])
  })

  it('is told nothing when they still do not see the other', () => {
    expect(watchWhoSees(beforeBobEnters().room)()).toEqual([])
  })

  it('is nobody who saw the other before', () => {
    const { room, ann, bob } = makePair()
    for (const { person } of [ann, bob]) person.isOnline = true
    expect(watchWhoSees(room)()).toEqual([])
  })
})
