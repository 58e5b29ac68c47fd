// Long because every way in which people come and go stands here.
import { describe, expect, it } from 'vitest'
import { assemble, block, minute } from '../../support/engine/assembled-engine.js'

/** ann and bob are in their room, and nothing is heard yet. */
function start() {
  const stage = assemble()
  const pair = stage.enterBoth()
  const { clock, due, leases, people } = stage
  const begin = clock.now()
  const hold = (id: string, leaseId: string, ttlMs: number) => leases.hold(id, leaseId, ttlMs, clock.now())
  const drop = (id: string, leaseId: string, lingerMs: number) => leases.drop(id, leaseId, lingerMs, clock.now())
  /** Lets time pass and does what is due. */
  const pass = (ms: number) => {
    clock.jump(ms)
    due.run()
  }
  const isOnline = (id = 'ann') => people.get(id)?.isOnline ?? null
  const lastHeld = (id = 'ann') => (people.get(id)?.lastHeldAt ?? Number.NaN) - begin
  return { ...stage, ...pair, begin, hold, drop, pass, isOnline, lastHeld }
}

describe('a person with a lease', () => {
  it('is here, and the other is told so once', () => {
    const { hold, isOnline, tally, takeTold } = start()
    hold('ann', 'tab', 100)
    hold('ann', 'another', 100)
    hold('ann', 'tab', 200)
    expect([isOnline(), tally.onlineUsers]).toEqual([true, 1])
    const told = takeTold()
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject([
      'bob',
      { type: 'presence.changed', presence: { userId: 'ann', isOnline: true, lastSeen: null } },
    ])
  })

  it('is here until it lapses, and was last here then', () => {
    const { hold, pass, isOnline, lastHeld, tally, takeTold, begin } = start()
    hold('ann', 'tab', 100)
    pass(99)
    expect(isOnline()).toBe(true)
    takeTold()
    pass(1)
    expect([isOnline(), lastHeld(), tally.onlineUsers]).toEqual([false, 100, 0])
    const told = takeTold()
    expect(told).toHaveLength(1)
    expect(told[0]).toMatchObject(['bob', { presence: { userId: 'ann', isOnline: false, lastSeen: begin + 100 } }])
  })

  it('is here as long as it is renewed', () => {
    const { hold, pass, isOnline, takeTypes } = start()
    hold('ann', 'tab', 100)
    pass(50)
    hold('ann', 'tab', 100)
    takeTypes()
    pass(99)
    expect([isOnline(), takeTypes()]).toEqual([true, []])
    pass(1)
    expect(isOnline()).toBe(false)
  })

  it('is here for less when it is renewed for less', () => {
    const { hold, pass, isOnline } = start()
    hold('ann', 'tab', 100)
    hold('ann', 'tab', 10)
    pass(10)
    expect(isOnline()).toBe(false)
  })

  it('is here as long as any of several holds', () => {
    const { hold, pass, isOnline, lastHeld } = start()
    hold('ann', 'long', 100)
    hold('ann', 'short', 10)
    pass(10)
    expect([isOnline(), lastHeld()]).toEqual([true, 10])
    pass(90)
    expect([isOnline(), lastHeld()]).toEqual([false, 100])
  })

  it('comes back as one who has come', () => {
    const { hold, pass, isOnline, tally, takeTypes } = start()
    hold('ann', 'tab', 100)
    pass(100)
    takeTypes()
    hold('ann', 'tab', 100)
    expect([isOnline(), tally.onlineUsers, takeTypes()]).toEqual([true, 1, ['bob: presence.changed']])
  })

  it('is known though they have no room, and forgotten with the lease', () => {
    const { hold, pass, people } = start()
    hold('cat', 'tab', 100)
    expect(people.get('cat')?.isOnline).toBe(true)
    pass(100)
    expect(people.get('cat')).toBeUndefined()
  })

  it('keeps the room, which may dissolve a grace period after the lease', () => {
    const { hold, pass, rooms, room } = start()
    hold('ann', 'tab', 10 * minute)
    pass(10 * minute)
    expect(rooms.find(room.id, 'bob')).toBeDefined()
    pass(minute - 1)
    expect(rooms.find(room.id, 'bob')).toBeDefined()
    pass(1)
    expect(rooms.find(room.id, 'bob')).toBeUndefined()
  })
})

describe('after the process stood still', () => {
  /** The process is stopped, and goes on. */
  const wake = ({ clock, due }: ReturnType<typeof start>, ms: number) => {
    clock.standStill(ms)
    due.run()
  }

  it('nobody is gone who renews their lease within twenty seconds', () => {
    const stage = start()
    stage.hold('ann', 'tab', 100)
    stage.takeTypes()
    wake(stage, 40_000)
    expect([stage.isOnline(), stage.takeTypes()]).toEqual([true, []])
    stage.pass(19_999)
    stage.hold('ann', 'tab', 100)
    stage.pass(99)
    expect([stage.isOnline(), stage.takeTypes()]).toEqual([true, []])
    stage.pass(1)
    expect(stage.takeTypes()).toEqual(['bob: presence.changed'])
  })

  it('whoever does not is gone then, and was last here when the lease ended', () => {
    const stage = start()
    stage.hold('ann', 'tab', 100)
    wake(stage, 40_000)
    stage.pass(19_999)
    expect(stage.isOnline()).toBe(true)
    stage.takeTypes()
    stage.pass(1)
    expect([stage.isOnline(), stage.lastHeld(), stage.takeTypes()]).toEqual([false, 100, ['bob: presence.changed']])
  })

  it('whoever was about to connect again still can', () => {
    const stage = start()
    stage.hold('ann', 'tab', 100)
    stage.drop('ann', 'tab', 10)
    stage.takeTypes()
    wake(stage, 40_000)
    stage.hold('ann', 'another', 100)
    expect([stage.isOnline(), stage.takeTypes()]).toEqual([true, []])
  })
})

describe('a lease that is given up', () => {
  it('lingers, and its person was last here when it was given up', () => {
    const { hold, drop, pass, isOnline, lastHeld } = start()
    hold('ann', 'tab', 100)
    pass(20)
    drop('ann', 'tab', 10)
    pass(9)
    expect(isOnline()).toBe(true)
    pass(1)
    expect([isOnline(), lastHeld()]).toEqual([false, 20])
  })

  it('is given up once', () => {
    const { hold, drop, pass, isOnline, lastHeld } = start()
    hold('ann', 'tab', 100)
    drop('ann', 'tab', 10)
    pass(5)
    drop('ann', 'tab', 10)
    pass(5)
    expect([isOnline(), lastHeld()]).toEqual([false, 0])
  })

  it('may be taken again, and lapses then like any other', () => {
    const { hold, drop, pass, isOnline, lastHeld } = start()
    hold('ann', 'tab', 100)
    drop('ann', 'tab', 10)
    pass(5)
    hold('ann', 'tab', 100)
    pass(99)
    expect(isOnline()).toBe(true)
    pass(1)
    expect([isOnline(), lastHeld()]).toEqual([false, 105])
  })

  it('leaves the person here whom another holds', () => {
    const { hold, drop, pass, isOnline } = start()
    hold('ann', 'tab', 100)
    hold('ann', 'another', 100)
    drop('ann', 'tab', 0)
    pass(0)
    expect(isOnline()).toBe(true)
    drop('ann', 'another', 0)
    pass(0)
    expect(isOnline()).toBe(false)
  })

  it('makes nobody last seen earlier than they were', () => {
    const { hold, drop, pass, lastHeld } = start()
    hold('ann', 'early', 100)
    hold('ann', 'late', 30)
    drop('ann', 'early', 50)
    pass(60)
    expect(lastHeld()).toBe(30)
  })

  it.each([
    ['of nobody who is known', 'cat', 'tab'],
    ['that is not held', 'ann', 'another'],
  ])('may be one %s, and nothing happens', (_title, id, leaseId) => {
    const { hold, drop, pass, isOnline, takeTypes } = start()
    hold('ann', 'tab', 100)
    takeTypes()
    drop(id, leaseId, 0)
    pass(50)
    expect([isOnline(), takeTypes()]).toEqual([true, []])
  })
})

describe('a person who is forgotten', () => {
  it('is away without a word, and nothing comes of their leases', () => {
    const { hold, pass, leases, ann, tally, takeTypes } = start()
    hold('ann', 'tab', 100)
    takeTypes()
    leases.forget(ann.person)
    expect([ann.person.isOnline, ann.person.leases.size, tally.onlineUsers, ann.person.leaseDuty.place]).toEqual([
      false,
      0,
      0,
      -1,
    ])
    pass(100)
    expect(takeTypes()).toEqual([])
  })

  it('is counted no less who was away', () => {
    const { leases, hold, ann, tally } = start()
    hold('bob', 'tab', 100)
    leases.forget(ann.person)
    expect(tally.onlineUsers).toBe(1)
  })

  it('is known no more without a room', () => {
    const { hold, leases, people } = start()
    hold('cat', 'tab', 100)
    const cat = people.admit('cat')
    leases.forget(cat)
    expect(people.get('cat')).toBeUndefined()
  })
})

describe('that somebody comes', () => {
  it('is told to nobody who has blocked them', () => {
    const { bob, hold, takeTypes } = start()
    block(bob)
    hold('ann', 'tab', 100)
    expect(takeTypes()).toEqual([])
  })

  it('is told to nobody whom they have blocked', () => {
    const { ann, hold, takeTypes } = start()
    block(ann)
    hold('ann', 'tab', 100)
    expect(takeTypes()).toEqual([])
  })

  it('is told to nobody whose room with them they have not entered', () => {
    const { ann, hold, takeTypes } = start()
    ann.hasEntered = false
    hold('ann', 'tab', 100)
    expect(takeTypes()).toEqual([])
  })

  it('is told to everybody else', () => {
    const { rooms, clock, hold, takeTypes } = start()
    const other = rooms.create('cat', 'ann', clock.now())
    for (const id of ['ann', 'cat']) rooms.enter(other.id, id, clock.now())
    takeTypes()
    hold('ann', 'tab', 100)
    expect(takeTypes()).toEqual(['bob: presence.changed', 'cat: presence.changed'])
  })
})

describe('the presence of people', () => {
  it('is read of those alone whom the viewer may see', () => {
    const { rooms, clock, leases, hold } = start()
    const other = rooms.create('ann', 'cat', clock.now())
    rooms.enter(other.id, 'ann', clock.now())
    hold('bob', 'tab', 100)
    const bobHere = { userId: 'bob', isOnline: true, lastSeen: null }
    expect([...leases.read('ann', ['bob', 'cat', 'dan', 'ann'])]).toEqual([['bob', bobHere]])
  })

  it('is read as it is shown to the blocked', () => {
    const { bob, leases, hold } = start()
    hold('bob', 'tab', 100)
    block(bob, { isOnline: false, lastHeldAt: 42, sendsReceipts: true })
    expect(leases.read('ann', ['bob']).get('bob')).toEqual({ userId: 'bob', isOnline: false, lastSeen: 42 })
  })
})
