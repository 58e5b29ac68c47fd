// Long because all that happens to rooms is tested here.
import { describe, expect, it } from 'vitest'
import { ChatError } from '#src/chat/errors.js'
import { moveCursor } from '#src/engines/memory/cursors.js'
import { assemble, block, minute, picture, unblock } from '../../support/engine/assembled-engine.js'

function start(options: Parameters<typeof assemble>[0] = {}) {
  const stage = assemble(options)
  const { clock, due, rooms } = stage
  /** A room that one person has opened. */
  const openAlone = (userId = 'ann', otherId = 'bob') => {
    const room = rooms.create(userId, otherId, 0)
    rooms.enter(room.id, userId, clock.now())
    return room
  }
  const pass = (ms: number) => {
    clock.jump(ms)
    due.run()
  }
  return { ...stage, openAlone, pass }
}

/** The same once both have entered their room. */
function startTogether(options: Parameters<typeof assemble>[0] = {}) {
  const stage = start(options)
  return { ...stage, ...stage.enterBoth() }
}

const codeOf = (act: () => unknown) => {
  try {
    act()
    return null
  } catch (error) {
    return error instanceof ChatError ? error.code : error
  }
}

describe('a room', () => {
  it('is found for each of its two people, and for nobody else', () => {
    const { rooms, room, ann, bob } = startTogether()
    expect([rooms.find(room.id, 'ann'), rooms.find(room.id, 'bob'), rooms.find(room.id, 'cat')]).toEqual([
      ann,
      bob,
      undefined,
    ])
    expect(rooms.get(room.id, 'bob')).toBe(bob)
    expect(codeOf(() => rooms.get(room.id, 'cat'))).toBe('not_found')
    expect(codeOf(() => rooms.get('another', 'ann'))).toBe('not_found')
  })

  it('is not found for somebody who has blocked the other', () => {
    const { rooms, room, ann, bob } = startTogether()
    block(ann)
    expect([rooms.find(room.id, 'ann'), rooms.find(room.id, 'bob')]).toEqual([undefined, bob])
    expect(codeOf(() => rooms.enter(room.id, 'ann', 1))).toBe('not_found')
  })

  it('is found by its two people, even after a block', () => {
    const { rooms, ann, bob } = startTogether()
    block(ann)
    expect([rooms.findPair('ann', 'bob'), rooms.findPair('bob', 'ann')]).toEqual([ann, bob])
    expect([rooms.findPair('ann', 'cat'), rooms.findPair('cat', 'ann')]).toEqual([undefined, undefined])
  })

  it('is counted when it is created, and nobody has entered it', () => {
    const { rooms, tally, publications } = start()
    const { members } = rooms.create('ann', 'bob', 0)
    expect(members.map(({ hasEntered, isShown }) => hasEntered || isShown)).toEqual([false, false])
    expect([tally.rooms, publications]).toEqual([1, []])
  })

  it('is forgotten without a word with all others', () => {
    const { rooms, room, publications } = startTogether()
    rooms.clear()
    expect([rooms.find(room.id, 'ann'), publications]).toEqual([undefined, []])
  })
})

describe('who enters a room', () => {
  it('has it in their list from then on, and they alone are told', () => {
    const { rooms, clock, takeTold } = start()
    const room = rooms.create('ann', 'bob', 0)
    const ann = rooms.enter(room.id, 'ann', clock.now())
    expect(ann).toMatchObject({
      hasEntered: true,
      isShown: true,
      isListed: true,
      activeAt: clock.now(),
      raisedAt: clock.now(),
    })
    expect(room.member('bob')).toMatchObject({ hasEntered: false, isShown: false, isListed: false, activeAt: 0 })
    const told = takeTold()
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject(['ann', { type: 'room.opened', version: 1, roomId: room.id }])
  })

  it('again is active in it, and nothing else changes', () => {
    const { rooms, room, ann, clock, publications } = startTogether()
    const { raisedAt } = ann
    clock.jump(5)
    rooms.enter(room.id, 'ann', clock.now())
    expect([ann.activeAt, ann.raisedAt, publications]).toEqual([raisedAt + 5, raisedAt, []])
  })

  it('after it was shown to them is not told of it again, and it stays where it is in their list', () => {
    const { rooms, clock, openAlone, send, takeTypes } = start()
    const room = openAlone()
    send(room.members[0])
    const [, bob] = room.members
    const { raisedAt } = bob
    takeTypes()
    clock.jump(5)
    rooms.enter(room.id, 'bob', clock.now())
    expect([bob.hasEntered, bob.raisedAt, takeTypes()]).toEqual([true, raisedAt, []])
  })

  it('is seen by the other from then on, and sees the other', () => {
    const { rooms, clock, leases, openAlone, takeTypes } = start()
    for (const id of ['ann', 'bob']) leases.hold(id, 'tab', minute, clock.now())
    const room = openAlone()
    takeTypes()
    rooms.enter(room.id, 'bob', clock.now())
    expect(takeTypes()).toEqual(['bob: room.opened', 'ann: presence.changed', 'bob: presence.changed'])
  })
})

describe('a room that one person alone has opened', () => {
  const openMany = (count: number) => {
    const stage = start()
    const opened = Array.from({ length: count }, (_, index) => stage.openAlone('ann', `other-${index}`))
    const ann = stage.people.admit('ann')
    stage.takeTypes()
    const isThere = (index: number) => stage.rooms.findPair('ann', `other-${index}`) !== undefined
    return { ...stage, opened, ann, isThere }
  }

  it('is one of at most a hundred', () => {
    const { rooms, ann, isThere, takeTypes } = openMany(100)
    rooms.boundUnshared(ann, 0)
    expect([isThere(0), takeTypes()]).toEqual([true, []])
  })

  it('gives way when it is the oldest of more', () => {
    const { rooms, ann, isThere, takeTold } = openMany(101)
    rooms.boundUnshared(ann, 0)
    expect([isThere(0), isThere(1), isThere(100)]).toEqual([false, true, true])
    expect(takeTold()).toMatchObject([['ann', { type: 'room.dissolved', reason: 'empty', byId: null }]])
  })

  it.each(['entered', 'written in'])('is none of them once the other has %s', how => {
    const { rooms, opened, ann, clock, isThere, send } = openMany(101)
    const bob = opened[0]?.members[1]
    if (bob === undefined) throw new Error('there is a room')
    if (how === 'entered') rooms.enter(bob.room.id, 'other-0', clock.now())
    else send(bob)
    rooms.boundUnshared(ann, 0)
    expect([ann.unshared.size, isThere(0)]).toEqual([100, true])
  })

  it('is none of them once the person has written in it', () => {
    const { opened, ann, send } = openMany(1)
    if (opened[0]) send(opened[0].members[0])
    expect(ann.unshared.size).toBe(0)
  })

  it('counts for the person who opened it alone', () => {
    const { people, ann } = openMany(2)
    expect([ann.unshared.size, people.admit('other-0').unshared.size]).toEqual([2, 0])
  })
})

describe('a new message', () => {
  it('shows the room to both, at the top of their lists', () => {
    const { openAlone, clock, send, people } = start()
    const room = openAlone()
    openAlone('ann', 'cat')
    clock.jump(5)
    send(room.members[0])
    expect(room.members.map(({ isShown, isListed, raisedAt }) => isShown && isListed && raisedAt)).toEqual([
      clock.now(),
      clock.now(),
    ])
    expect([...people.admit('ann').listed.after(null)].map(({ other }) => other.id)).toEqual(['bob', 'cat'])
  })

  it('that is held shows the room to nobody but its sender', () => {
    const { openAlone, send } = start()
    const { members } = openAlone()
    const [ann, bob] = members
    block(bob)
    send(ann)
    expect(members.map(({ isShown }) => isShown)).toEqual([true, false])
  })
})

describe('messages expire', () => {
  it('at their time, which both are told at once', () => {
    const { room, ann, bob, send, pass, tally, takeTold } = startTogether({ roomGraceMs: 10 * minute })
    const [first, second] = [send(ann), send(bob)].map(({ message: { id, seq } }) => ({ id, seq }))
    pass(minute - 1)
    expect([room.messages.size, takeTold()]).toEqual([2, []])
    pass(1)
    const event = { type: 'message.removed', version: 4, roomId: room.id, messages: [first, second] }
    expect(takeTold()).toMatchObject([
      ['ann', event],
      ['bob', event],
    ])
    expect(tally.read()).toMatchObject({ messages: 0, bytesHeld: 0, expiredMessages: 2 })
  })

  it('and the server is told of their pictures, and when the first was due', () => {
    const { ann, clock, send, pass, publications } = startTogether({ roomGraceMs: 10 * minute })
    const begin = clock.now()
    send(ann, { image: picture })
    send(ann, { mostLifetimeMs: 10 })
    send(ann, { mostLifetimeMs: 20, image: { ...picture, id: 'another' } })
    pass(minute)
    expect(publications.map(({ notices }) => notices)).toEqual([
      [{ type: 'messages.removed', imageIds: ['picture', 'another'], expiresAt: begin + 10 }],
    ])
  })

  it('and whoever may not know of them is told nothing', () => {
    const { ann, bob, send, pass, takeTypes } = startTogether({ roomGraceMs: 10 * minute })
    block(bob)
    send(ann)
    pass(minute)
    expect(takeTypes()).toEqual(['ann: message.removed'])
  })

  it('and somebody who has blocked the other since is told all the same', () => {
    const { ann, bob, send, pass, takeTypes } = startTogether({ roomGraceMs: 10 * minute })
    send(ann)
    block(bob)
    pass(minute)
    expect(takeTypes()).toEqual(['ann: message.removed', 'bob: message.removed'])
  })

  it('and nothing keeps their text alive', () => {
    const { ann, send, pass } = startTogether({ roomGraceMs: 10 * minute })
    send(ann)
    expect(/secret/.test('a secret message')).toBe(true)
    pass(minute)
    expect(RegExp.$_).toBe('')
  })

  it('one after the other', () => {
    const { room, ann, send, pass } = startTogether({ roomGraceMs: 10 * minute })
    for (const mostLifetimeMs of [30, 10, 20]) send(ann, { mostLifetimeMs })
    pass(10)
    expect(room.messages.size).toBe(2)
    pass(10)
    expect(room.messages.size).toBe(1)
    pass(10)
    expect(room.messages.size).toBe(0)
  })
})

describe('a warning', () => {
  it('of messages comes before their end, to those who may know of them', () => {
    const { ann, bob, send, pass, takeTold } = startTogether({ keepLonger: true })
    const { message } = send(ann)
    block(bob)
    const { message: held } = send(ann)
    unblock(bob)
    pass(minute / 2 - 1)
    expect(takeTold()).toEqual([])
    pass(1)
    expect(takeTold()).toMatchObject([
      ['ann', { type: 'messages.expiring', messages: [message, held] }],
      ['bob', { type: 'messages.expiring', messages: [message] }],
    ])
  })

  it('never comes where nothing may be kept', () => {
    const { ann, send, pass, takeTypes } = startTogether()
    send(ann)
    pass(minute - 1)
    expect(takeTypes()).toEqual([])
  })

  it('that is as late as the end of others comes after that', () => {
    const { ann, send, pass, takeTypes } = startTogether({ keepLonger: true })
    send(ann)
    send(ann, { mostLifetimeMs: minute / 2 - 1 })
    pass(minute / 2)
    const [, , ...after] = takeTypes()
    expect(after).toEqual(['ann: messages.expiring', 'bob: messages.expiring'])
  })
})

describe('a message that is taken back', () => {
  it('is gone for both and is none that expired', () => {
    const { rooms, room, ann, clock, send, tally, publications, takeTold } = startTogether()
    const entry = send(ann, { image: picture })
    rooms.retract(room, entry, clock.now())
    const { notices } = publications[0] ?? {}
    const { id, seq } = entry.message
    const event = { type: 'message.removed', version: 3, messages: [{ id, seq }] }
    expect(takeTold()).toMatchObject([
      ['ann', event],
      ['bob', event],
    ])
    expect(notices).toEqual([{ type: 'messages.removed', imageIds: ['picture'], expiresAt: clock.now() + minute }])
    expect(tally.read()).toMatchObject({ messages: 0, bytesHeld: 0, expiredMessages: 0 })
  })

  it('keeps the room no more', () => {
    const { rooms, room, ann, clock, send, pass } = startTogether()
    const entry = send(ann, { mostLifetimeMs: minute })
    rooms.enter(room.id, 'ann', clock.now())
    rooms.retract(room, entry, clock.now())
    pass(minute)
    expect(rooms.find(room.id, 'ann')).toBeUndefined()
  })
})

describe('a room dissolves', () => {
  it('once both have been away for the grace period', () => {
    const { rooms, room, pass, takeTold } = startTogether()
    pass(minute - 1)
    expect(rooms.find(room.id, 'ann')).toBeDefined()
    pass(1)
    const event = { type: 'room.dissolved', reason: 'away', byId: null, roomId: room.id, summary: null }
    expect(takeTold()).toMatchObject([
      ['ann', event],
      ['bob', event],
    ])
  })

  it('as an empty one when one person alone had opened it, and they alone are told', () => {
    const { openAlone, pass, takeTold } = start()
    openAlone()
    takeTold()
    pass(minute)
    expect(takeTold()).toMatchObject([['ann', { type: 'room.dissolved', reason: 'empty', byId: null }]])
  })

  it('later when somebody is active in it', () => {
    const { rooms, room, clock, pass } = startTogether()
    pass(minute - 1)
    rooms.enter(room.id, 'bob', clock.now())
    pass(minute - 1)
    expect(rooms.find(room.id, 'ann')).toBeDefined()
    pass(1)
    expect(rooms.find(room.id, 'ann')).toBeUndefined()
  })

  it('with its last message, when both had gone before', () => {
    const { rooms, room, ann, bob, send, pass, takeTypes } = startTogether()
    const entry = send(ann, { mostLifetimeMs: minute })
    moveCursor(bob, 'seen', entry)
    pass(minute)
    expect(rooms.find(room.id, 'ann')).toBeUndefined()
    expect(takeTypes()).toEqual([
      'ann: message.removed',
      'bob: message.removed',
      'ann: room.dissolved',
      'bob: room.dissolved',
    ])
  })

  it('and is found and counted no more, nor are its messages and its people', () => {
    const { rooms, room, ann, bob, people, send, tally, publications } = startTogether()
    send(ann)
    send(bob)
    rooms.dissolve(room, 'ended', 'bob', 0)
    expect([rooms.find(room.id, 'ann'), rooms.findPair('ann', 'bob'), rooms.findPair('bob', 'ann')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect([people.get('ann'), people.get('bob'), room.duty.place]).toEqual([undefined, undefined, -1])
    expect(tally.read()).toEqual({ rooms: 0, messages: 0, onlineUsers: 0, bytesHeld: 0, expiredMessages: 0 })
    expect(publications.map(({ notices }) => notices)).toEqual([[{ type: 'room.dissolved', roomId: room.id }]])
  })

  it('and says who ended it and why', () => {
    const { rooms, room, takeTold } = startTogether()
    rooms.dissolve(room, 'ended', 'bob', 0)
    expect(takeTold()).toMatchObject([
      ['ann', { type: 'room.dissolved', reason: 'ended', byId: 'bob' }],
      ['bob', { type: 'room.dissolved', reason: 'ended', byId: 'bob' }],
    ])
  })

  it('and leaves its people what they have in other rooms', () => {
    const { rooms, room, ann, people, openAlone, send } = startTogether()
    const other = openAlone('ann', 'cat')
    send(ann, { text: '' })
    send(other.members[1], { text: '' })
    send(other.members[0], { text: 'abc' })
    rooms.dissolve(room, 'ended', 'ann', 0)
    expect([people.get('ann'), ann.person.bytesSent, ann.person.listed.unread]).toEqual([ann.person, 518, 1])
    expect([...ann.person.listed.after(null)].map(member => member.other.id)).toEqual(['cat'])
  })

  it('and is none of those any more that one person alone has opened', () => {
    const { rooms, openAlone, people } = start()
    const room = openAlone()
    openAlone('ann', 'cat')
    rooms.dissolve(room, 'ended', 'ann', 0)
    expect(people.admit('ann').unshared.size).toBe(1)
  })

  it('and is told to somebody who has blocked the other', () => {
    const { rooms, room, ann, takeTypes } = startTogether()
    block(ann)
    rooms.dissolve(room, 'ended', 'bob', 0)
    expect(takeTypes()).toEqual(['ann: room.dissolved', 'bob: room.dissolved'])
  })

  it('and why is not told to somebody who has blocked the other, nor remembered for them', () => {
    const { rooms, room, ann, endings, takeTold } = startTogether()
    block(ann)
    rooms.dissolve(room, 'ended', 'bob', 0)
    expect(takeTold()).toMatchObject([
      ['ann', { reason: null, byId: null }],
      ['bob', { reason: 'ended', byId: 'bob' }],
    ])
    expect([endings.of('ann'), endings.of('bob').length]).toEqual([[], 1])
  })

  it('and why is remembered for those to whom it was shown, until a new room of the two is', () => {
    const { rooms, openAlone, endings, clock } = start()
    const room = openAlone()
    rooms.dissolve(room, 'ended', 'ann', clock.now())
    expect(endings.of('ann')).toEqual([
      { roomId: room.id, otherId: 'bob', reason: 'ended', byId: 'ann', expiresAt: clock.now() + 86_400_000 },
    ])
    expect(endings.of('bob')).toEqual([])
    openAlone()
    expect(endings.of('ann')).toEqual([])
  })

  it('and nothing is remembered of one in which nobody has written', () => {
    const { rooms, openAlone, endings } = start()
    rooms.dissolve(openAlone(), 'empty', null, 0)
    expect(endings.of('ann')).toEqual([])
  })

  it('and nothing keeps a text of it alive', () => {
    const { rooms, room } = startTogether()
    expect(/secret/.test('a secret message')).toBe(true)
    rooms.dissolve(room, 'ended', 'ann', 0)
    expect(RegExp.$_).toBe('')
  })
})
