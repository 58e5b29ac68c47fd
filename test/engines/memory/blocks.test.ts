// Long because every way in which a block begins and ends stands here.
import { describe, expect, it } from 'vitest'
import { assemble, minute } from '../../support/engine/assembled-engine.js'

const lingerMs = 10

/** ann and bob are in their room; ann is here for a day, unless told. */
function start({ isHere = true } = {}) {
  const stage = assemble()
  const pair = stage.enterBoth()
  const { clock, due, leases, keep, takeTypes } = stage
  const begin = clock.now()
  if (isHere) leases.hold('ann', 'tab', 1_440 * minute, begin)
  takeTypes()
  const block = (...blocked: string[]) => keep('ann', { blocked }, lingerMs)
  const pass = (ms: number) => {
    clock.jump(ms)
    due.run()
  }
  const leave = () => {
    leases.drop('ann', 'tab', 0, clock.now())
    due.run()
  }
  return { ...stage, ...pair, begin, block, pass, leave }
}

const isListed = ({ isListed: is }: { isListed: boolean }) => is

describe('what a person keeps', () => {
  it('counts from now on', () => {
    const { ann, keep, choices } = start()
    keep('ann', { sendsReceipts: false })
    expect([ann.sendsReceipts, choices.of('ann').sendsReceipts]).toEqual([false, false])
  })

  it('is noted of somebody who is not known yet', () => {
    const { keep, people, choices } = start()
    expect(keep('dan', { sendsTyping: false, blocked: ['bob'] })).toEqual(['bob'])
    expect(choices.of('dan').blocked.get('bob')).toEqual({ isOnline: false, lastHeldAt: 0, sendsReceipts: true })
    expect(people.get('dan')).toBeUndefined()
    expect(people.admit('dan').privacy).toMatchObject({ sendsTyping: false })
  })

  it('tells nobody that one does not show that one types', () => {
    const { keep, pass, takeTypes, clock } = start()
    const { waiting } = clock
    keep('ann', { sendsTyping: false }, lingerMs)
    expect(clock.waiting).toBe(waiting)
    pass(lingerMs)
    expect(takeTypes()).toEqual([])
  })
})

describe('a block', () => {
  it('answers with those who were not blocked before, each once', () => {
    const { block } = start()
    expect(block('bob')).toEqual(['bob'])
    expect(block('bob', 'cat', 'cat')).toEqual(['cat'])
    expect(block('bob', 'cat')).toEqual([])
  })

  it('takes the room out of the list of the person alone', () => {
    const { ann, bob, block } = start()
    block('bob')
    expect([isListed(ann), isListed(bob)]).toEqual([false, true])
  })

  it('looks like leaving, after the time for which one lingers', () => {
    const { block, pass, takeTold, begin, bob } = start()
    pass(5)
    block('bob')
    pass(lingerMs - 1)
    expect([takeTold(), bob.other.presence.isOnline]).toEqual([[], true])
    pass(1)
    const told = takeTold()
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject([
      'bob',
      { type: 'presence.changed', presence: { userId: 'ann', isOnline: false, lastSeen: begin + 5 } },
    ])
  })

  it('shows one who was away as they were', () => {
    const { block, pass, leave, takeTold, begin, ann } = start()
    pass(5)
    leave()
    takeTold()
    pass(5)
    block('bob')
    pass(lingerMs)
    expect(takeTold()).toEqual([])
    expect(ann.presence).toEqual({ userId: 'ann', isOnline: false, lastSeen: begin + 5 })
  })

  it('shows one who never was here as never seen', () => {
    const { block, ann } = start({ isHere: false })
    block('bob')
    expect(ann.presence).toEqual({ userId: 'ann', isOnline: false, lastSeen: null })
  })

  it('shows nothing to one who had not seen the person', () => {
    const { ann, block, pass, takeTypes } = start()
    ann.hasEntered = false
    block('bob')
    pass(lingerMs)
    expect(takeTypes()).toEqual([])
  })

  it('lets the room dissolve as if the person had gone', () => {
    const { block, pass, rooms, room } = start()
    pass(2 * minute)
    block('bob')
    pass(lingerMs)
    pass(minute - lingerMs - 1)
    expect(rooms.find(room.id, 'bob')).toBeDefined()
    pass(1)
    expect(rooms.find(room.id, 'bob')).toBeUndefined()
  })

  it('leaves those alone who were blocked before', () => {
    const { block, pass, takeTypes } = start()
    block('bob')
    pass(lingerMs)
    takeTypes()
    block('bob', 'cat')
    pass(lingerMs)
    expect(takeTypes()).toEqual([])
  })
})

describe('a block that is taken back', () => {
  it('brings the room back to the top of the list', () => {
    const { ann, clock, block, pass, rooms, takeTold } = start()
    block('bob')
    const other = rooms.create('ann', 'cat', clock.now())
    rooms.enter(other.id, 'ann', clock.now())
    pass(lingerMs)
    takeTold()
    block()
    expect([...ann.person.listed.after(null)].map(member => member.other.id)).toEqual(['bob', 'cat'])
    expect(ann.raisedAt).toBe(clock.now())
    expect(takeTold()[0]).toMatchObject(['ann', { type: 'room.opened', version: ann.version }])
  })

  it('tells the other that the person is here', () => {
    const { block, pass, takeTold } = start()
    block('bob')
    pass(lingerMs)
    takeTold()
    block()
    const told = takeTold()
    expect(told.map(([userId, { type }]) => [userId, type])).toEqual([
      ['ann', 'room.opened'],
      ['bob', 'presence.changed'],
    ])
    expect(told[1]?.[1]).toMatchObject({ presence: { userId: 'ann', isOnline: true, lastSeen: null } })
  })

  it('tells the person that the other is here', () => {
    const { clock, leases, block, pass, takeTold } = start()
    block('bob')
    leases.hold('bob', 'tab', 2 * minute, clock.now())
    pass(lingerMs)
    takeTold()
    block()
    const [, second] = takeTold()
    expect(second).toMatchObject(['ann', { type: 'presence.changed', presence: { userId: 'bob', isOnline: true } }])
  })

  it('tells the other nothing who is shown the same as before', () => {
    const { block, pass, leave, takeTypes } = start()
    block('bob')
    pass(lingerMs)
    leave()
    takeTypes()
    block()
    expect(takeTypes()).toEqual(['ann: room.opened'])
  })

  it('before the person seemed to leave lets them stay', () => {
    const { block, pass, takeTypes } = start()
    block('bob')
    block()
    expect(takeTypes()).toEqual(['ann: room.opened'])
    pass(lingerMs)
    expect(takeTypes()).toEqual([])
  })

  it('and made again lets the person leave once, as of the second block', () => {
    const { block, pass, takeTold, begin } = start()
    block('bob')
    pass(5)
    block()
    block('bob')
    takeTold()
    pass(lingerMs - 5)
    expect(takeTold()).toEqual([])
    pass(5)
    const told = takeTold()
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject(['bob', { presence: { isOnline: false, lastSeen: begin + 5 } }])
  })

  it('tells of no room that is not shown to the person', () => {
    const { rooms, clock, block, pass, takeTypes } = start()
    const hidden = rooms.create('cat', 'ann', clock.now())
    rooms.enter(hidden.id, 'cat', clock.now())
    block('cat')
    pass(lingerMs)
    takeTypes()
    block()
    expect(takeTypes()).toEqual([])
    expect(hidden.member('ann')?.isListed).toBe(false)
  })

  it('leaves other blocks as they are', () => {
    const { ann, block, pass, takeTypes } = start()
    block('bob', 'cat')
    pass(lingerMs)
    takeTypes()
    block('bob')
    expect([ann.hasBlocked, isListed(ann), takeTypes()]).toEqual([true, false, []])
  })

  it('lets a room dissolve whose person went meanwhile', () => {
    const { block, pass, leave, rooms, room } = start()
    pass(2 * minute)
    block('bob')
    leave()
    block()
    pass(minute - 1)
    expect(rooms.find(room.id, 'ann')).toBeDefined()
    pass(1)
    expect(rooms.find(room.id, 'ann')).toBeUndefined()
  })
})
