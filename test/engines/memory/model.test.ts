import { describe, expect, it } from 'vitest'
import { block, makePair, unblock } from '../../support/engine/assembled-engine.js'

describe('a member of a room', () => {
  it('knows the other, whichever of the two it is', () => {
    const { ann, bob } = makePair()
    expect(ann.other).toBe(bob)
    expect(bob.other).toBe(ann)
  })

  it('has the id of the person', () => {
    expect(makePair().bob.id).toBe('bob')
  })

  it('is found by the id of the person, and nobody else is', () => {
    const { room, ann, bob } = makePair()
    expect([room.member('ann'), room.member('bob'), room.member('cat')]).toEqual([ann, bob, undefined])
  })

  it('begins having seen nothing, at the first version', () => {
    const { ann } = makePair()
    expect([ann.cursors, ann.shownCursors, ann.version]).toEqual([
      { delivered: 0, seen: 0 },
      { delivered: 0, seen: 0 },
      1,
    ])
  })

  it('has blocked the other once that is among those whom the person has blocked', () => {
    const { ann, bob } = makePair()
    block(ann)
    expect([ann.hasBlocked, bob.hasBlocked]).toEqual([true, false])
    ann.person.privacy = {
      ...ann.person.privacy,
      blocked: new Map([['cat', { isOnline: false, lastHeldAt: 0, sendsReceipts: true }]]),
    }
    expect(ann.hasBlocked).toBe(false)
  })

  it('keeps what the person keeps', () => {
    const { ann } = makePair()
    expect([ann.sendsReceipts, ann.sendsTyping]).toEqual([true, true])
    ann.person.privacy = { ...ann.person.privacy, sendsReceipts: false }
    expect([ann.sendsReceipts, ann.sendsTyping]).toEqual([false, true])
    ann.person.privacy = { ...ann.person.privacy, sendsReceipts: true, sendsTyping: false }
    expect([ann.sendsReceipts, ann.sendsTyping]).toEqual([true, false])
  })
})

describe('the presence of somebody', () => {
  it.each([
    ['online while they are here', true, 0, null],
    ['online without a time though they were away before', true, 5, null],
    ['offline since they were here last', false, 5, 5],
    ['offline without a time before they ever came', false, 0, null],
  ])('is %s', (_title, isOnline, lastHeldAt, lastSeen) => {
    const { ann } = makePair()
    Object.assign(ann.person, { isOnline, lastHeldAt })
    expect(ann.presence).toEqual({ userId: 'ann', isOnline, lastSeen })
  })

  it('is to the blocked what it was at the block, until that is taken back', () => {
    const { ann } = makePair()
    ann.person.isOnline = true
    block(ann)
    expect(ann.presence).toEqual({ userId: 'ann', isOnline: false, lastSeen: 7 })
    unblock(ann)
    expect(ann.presence).toEqual({ userId: 'ann', isOnline: true, lastSeen: null })
  })

  it('is to others what it is, whoever is blocked', () => {
    const { ann, bob } = makePair()
    ann.person.isOnline = true
    block(bob)
    expect(ann.presence.isOnline).toBe(true)
  })
})

describe('a room', () => {
  it('has an id that nobody can guess and an epoch, both of their own', () => {
    const [one, two] = [makePair().room, makePair().room]
    expect(one.id).toMatch(/^[\w-]{22}$/)
    expect(one.epoch).toMatch(/^[\w-]{8}$/)
    expect(one.id).not.toBe(two.id)
    expect(one.epoch).not.toBe(two.epoch)
  })

  it('begins without messages and without a chosen lifetime', () => {
    const { room } = makePair()
    expect([room.lastSeq, room.messages.size, room.lifetime]).toEqual([0, 0, null])
  })
})
