// Long because every change of a room stands here.
import { describe, expect, it } from 'vitest'
import type { Member, Room } from '#src/engines/memory/model.js'
import {
  chooseErasure,
  chooseLifetime,
  dissolvesAt,
  expire,
  keepWarned,
  noteKept,
  post,
  retract,
} from '#src/engines/memory/room-changes.js'
import {
  block,
  draftOf,
  makePair,
  minute,
  picture,
  seqsOf,
  unblock,
  write,
} from '../../support/engine/assembled-engine.js'

const versionsOf = ({ members }: Room) => members.map(({ version }) => version)

describe('a message that is sent', () => {
  it('has all that the draft and the moment say', () => {
    const { room, bob } = makePair()
    const { message, bytes, isHeld } = post(bob, { nonce: 'n', text: 'hello', image: picture }, minute, 1000)
    expect(message).toEqual({
      id: message.id,
      roomId: room.id,
      seq: 1,
      senderId: 'bob',
      nonce: 'n',
      text: 'hello',
      image: picture,
      replyTo: null,
      sentAt: 1000,
      expiresAt: 1000 + minute,
      lifetimeMs: minute,
      keptTimes: 0,
      livesFrom: 'sent',
      hasBegun: true,
    })
    expect([bytes, isHeld]).toEqual([512 + 2 * (5 + 5), false])
  })

  it('has an id of its own that nobody can guess', () => {
    const { ann } = makePair()
    const [one, two] = [write(ann).message, write(ann).message]
    expect(one.id).toMatch(/^[\w-]{22}$/)
    expect(one.id).not.toBe(two.id)
  })

  it('follows the last one, though that is gone', () => {
    const { room, ann, bob } = makePair()
    retract(room, write(ann))
    expect(write(bob).message.seq).toBe(2)
    expect(room.lastSeq).toBe(2)
  })

  it.each([
    ['the server’s own lifetime', null, undefined, minute],
    ['the chosen lifetime', 5, undefined, 5],
    ['the most of the draft where that is less than the server’s own', null, 7, 7],
    ['the most of the draft where that is less than the chosen', 9, 7, 7],
    ['the chosen lifetime where that is less than the most of the draft', 5, 7, 5],
    ['the server’s own where that is less than the most of the draft', null, 2 * minute, minute],
  ])('lives for %s', (_title, chosenMs, mostLifetimeMs, lifetimeMs) => {
    const { room, ann } = makePair()
    if (chosenMs !== null) room.lifetime = { lifetimeMs: chosenMs, from: 'sent', byId: 'ann' }
    const draft = { ...draftOf(), ...(mostLifetimeMs !== undefined && { mostLifetimeMs }) }
    expect(post(ann, draft, minute, 100).message).toMatchObject({ lifetimeMs, expiresAt: 100 + lifetimeMs })
  })

  it('raises the version for both and counts as unread for the other', () => {
    const { room, ann, bob } = makePair()
    write(ann)
    expect([versionsOf(room), ann.unread, bob.unread]).toEqual([[2, 2], 0, 1])
  })

  it('is held from somebody who has blocked the sender, and raises the version for the sender alone', () => {
    const { room, ann, bob } = makePair()
    block(bob)
    expect([write(ann).isHeld, versionsOf(room)]).toEqual([true, [2, 1]])
    expect([write(bob).isHeld, versionsOf(room)]).toEqual([false, [3, 2]])
  })
})

describe('a message that is taken back', () => {
  it('is gone for both, and raises the version for both', () => {
    const { room, ann, bob } = makePair()
    const entry = write(ann)
    retract(room, entry)
    expect([room.messages.size, ann.messages, bob.unread, versionsOf(room)]).toEqual([0, 0, 0, [3, 3]])
  })

  it('raises no version for somebody from whom it was held', () => {
    const { room, ann, bob } = makePair()
    block(bob)
    retract(room, write(ann))
    expect(versionsOf(room)).toEqual([3, 1])
  })
})

describe('messages expire', () => {
  /** Three messages that expire at 30, 10 and 20; the versions are 4. */
  const start = () => {
    const pair = makePair()
    for (const mostLifetimeMs of [30, 10, 20]) write(pair.ann, { mostLifetimeMs })
    return pair
  }

  it('whose time has come, in the order of seq, in one change', () => {
    const { room, ann, bob } = start()
    expect(seqsOf(expire(room, 30))).toEqual([1, 2, 3])
    expect([room.messages.size, ann.messages, bob.unread, versionsOf(room)]).toEqual([0, 0, 0, [5, 5]])
  })

  it.each([
    [9, []],
    [10, [2]],
    [20, [2, 3]],
  ])('and no others: by %i ms', (now, seqs) => {
    const { room, bob } = start()
    expect(seqsOf(expire(room, now))).toEqual(seqs)
    expect(bob.unread).toBe(3 - seqs.length)
  })

  it('without a change for anybody where there is none', () => {
    const { room } = start()
    expire(room, 9)
    expect(versionsOf(room)).toEqual([4, 4])
  })
})

describe('messages are kept', () => {
  it('that were warned of, which raises the version for both', () => {
    const { room, ann } = makePair({ keepLonger: true })
    const entry = write(ann)
    room.messages.warn(minute / 2)
    const [kept] = keepWarned(room, minute / 2)
    expect(kept?.message.id).toBe(entry.message.id)
    expect([kept?.message.expiresAt, versionsOf(room)]).toEqual([2 * minute, [3, 3]])
  })

  it('without a change where none was warned of', () => {
    const { room, ann } = makePair({ keepLonger: true })
    write(ann)
    expect([keepWarned(room, 0), versionsOf(room)]).toEqual([[], [2, 2]])
  })
})

describe('a lifetime is chosen', () => {
  it('from the next message on, which raises the version for both', () => {
    const { room, ann, bob } = makePair()
    write(ann)
    expect(chooseLifetime(bob, { lifetimeMs: 5, from: 'sent' }, minute, 7)).toEqual({
      ...{ id: '1-lifetime-1', what: 'lifetime', lifetimeMs: 5, from: 'sent', byId: 'bob' },
      ...{ afterSeq: 1, at: 7, expiresAt: 12 },
    })
    expect([room.lifetime, versionsOf(room)]).toEqual([{ lifetimeMs: 5, from: 'sent', byId: 'bob' }, [3, 3]])
  })

  it('and changes nothing where it is the server’s own and none was chosen', () => {
    const { room, bob } = makePair()
    expect(chooseLifetime(bob, { lifetimeMs: minute, from: 'sent' }, minute, 0)).toBeNull()
    expect([room.lifetime, versionsOf(room)]).toEqual([null, [1, 1]])
  })

  it('and changes nothing where it was chosen before, by whomever', () => {
    const { room, ann, bob } = makePair()
    chooseLifetime(ann, { lifetimeMs: 5, from: 'sent' }, minute, 0)
    expect(chooseLifetime(bob, { lifetimeMs: 5, from: 'sent' }, minute, 0)).toBeNull()
    expect([room.lifetime?.byId, versionsOf(room)]).toEqual(['ann', [2, 2]])
  })

  it('as the server’s own after another', () => {
    const { room, ann } = makePair()
    chooseLifetime(ann, { lifetimeMs: 5, from: 'sent' }, minute, 0)
    expect(chooseLifetime(ann, { lifetimeMs: minute, from: 'sent' }, minute, 0)).not.toBeNull()
    expect(room.lifetime?.lifetimeMs).toBe(minute)
  })
})

describe('whether a room is erased once both have left', () => {
  it('is chosen for both, which raises the version, and stands in the timeline', () => {
    const { room, ann } = makePair()
    expect(chooseErasure(ann, true, minute, 0)).toBeNull()
    expect(chooseErasure(ann, false, minute, 7)).toMatchObject({ what: 'erasure', erasesWhenLeft: false, byId: 'ann' })
    expect([room.erasesWhenLeft, versionsOf(room)]).toEqual([false, [2, 2]])
    for (const id of ['ann', 'bob']) expect(room.timeline.knownTo(id)).toMatchObject([{ expiresAt: 7 + minute }])
  })

  it('stands there for nobody who has blocked who chose it', () => {
    const { room, ann, bob } = makePair()
    block(bob)
    chooseErasure(ann, false, minute, 0)
    unblock(bob)
    expect([room.timeline.knownTo('ann').length, room.timeline.knownTo('bob')]).toEqual([1, []])
  })
})

describe('messages that are kept', () => {
  it('stand in the timeline for those who may know of one of them, until the last of them goes', () => {
    const { room, ann, bob } = makePair()
    const open = write(ann, {}, 5)
    block(bob)
    const held = write(ann, {}, 9)
    unblock(bob)
    expect(noteKept(bob, [held], 10)).toMatchObject({ what: 'kept', byId: 'bob', expiresAt: 9 + minute })
    expect([room.timeline.knownTo('ann').length, room.timeline.knownTo('bob').length]).toEqual([1, 0])
    noteKept(bob, [open, held], 11)
    expect([room.timeline.knownTo('ann').length, room.timeline.knownTo('bob').length]).toEqual([1, 1])
  })
})

describe('a room dissolves', () => {
  const never = Number.POSITIVE_INFINITY
  const grace = 1_000
  /** ann was active at 100 and here until 200, bob was active at 400 and here until 300. */
  const start = (options: Parameters<typeof makePair>[0] = {}) => {
    const pair = makePair(options)
    const away = (member: Member, activeAt: number, lastHeldAt: number) => {
      member.activeAt = activeAt
      member.person.lastHeldAt = lastHeldAt
    }
    away(pair.ann, 100, 200)
    away(pair.bob, 400, 300)
    return pair
  }

  it('once the one who was here last has been away for the grace period', () => {
    expect(dissolvesAt(start().room, grace)).toBe(400 + grace)
  })

  it('counted from when the connection of the last one ended', () => {
    const { room, ann } = start()
    ann.person.lastHeldAt = 900
    expect(dissolvesAt(room, grace)).toBe(900 + grace)
  })

  it.each(['ann', 'bob'])('never while %s is here', id => {
    const { room } = start()
    for (const { person } of room.members) person.isOnline = person.id === id
    expect(dissolvesAt(room, grace)).toBe(never)
  })

  it('whether or not somebody is here to whom it is not shown', () => {
    const { room, bob } = start()
    bob.isShown = false
    bob.person.isOnline = true
    expect(dissolvesAt(room, grace)).toBe(200 + grace)
  })

  it('as if somebody had gone at the moment of their block', () => {
    const { room, bob } = start()
    bob.person.isOnline = true
    block(bob, { isOnline: false, lastHeldAt: 500, sendsReceipts: true })
    expect(dissolvesAt(room, grace)).toBe(500 + grace)
  })

  it('never while a message in it is unseen', () => {
    const { room, ann } = start()
    write(ann)
    expect(dissolvesAt(room, grace)).toBe(never)
  })

  it('never while a message in it is held', () => {
    const { room, ann, bob } = start()
    block(bob)
    write(ann)
    unblock(bob)
    expect([bob.unread, dissolvesAt(room, grace)]).toEqual([0, never])
  })

  it('though a message lives in it that was seen', () => {
    const { room, ann, bob } = start()
    write(ann)
    bob.unread = 0
    expect(dissolvesAt(room, grace)).toBe(400 + grace)
  })

  it('never while a message lives that was kept', () => {
    const { room, ann, bob } = start({ keepLonger: true })
    const entry = write(ann, {}, 0)
    bob.unread = 0
    room.messages.warn(minute)
    keepWarned(room, 0)
    expect(dissolvesAt(room, grace)).toBe(never)
    retract(room, entry)
    expect(dissolvesAt(room, grace)).toBe(400 + grace)
  })

  it('never while a message lives where it is not erased once both have left, though it was seen', () => {
    const { room, ann, bob } = start()
    room.erasesWhenLeft = false
    const entry = write(ann)
    bob.unread = 0
    expect(dissolvesAt(room, grace)).toBe(never)
    retract(room, entry)
    expect(dissolvesAt(room, grace)).toBe(400 + grace)
  })

  it('with a grace period of 0 after five minutes', () => {
    expect(dissolvesAt(start().room, 0)).toBe(400 + 300_000)
  })
})
