// Long because every case of one behaviour stands here.
import pino from 'pino'
import { describe, expect, it } from 'vitest'
import type { EngineEvent, Publication, Told, UserId } from '#src/chat/engine.js'
import { Hub, heartbeatMs, lingerMs } from '#src/live/hub.js'
import type { PeerNotice, Peers } from '#src/live/peers.js'
import { FakeClock } from '../support/fake-clock.js'
import { eventOf, messageOf, NotedSubscriber, sentOf, typingOf } from '../support/live/events.js'

/** A hub of two connections a person, on an engine that only takes notes of leases. */
function start() {
  const clock = new FakeClock()
  const leases: unknown[][] = []
  const logged: string[] = []
  let tell: (publication: Publication) => void = () => {}
  let isSubscribed = true
  let leaseFails = false
  const engine = {
    subscribe(subscriber: (publication: Publication) => void) {
      tell = subscriber
      return () => {
        isSubscribed = false
      }
    },
    async holdLease(...lease: [UserId, string, number]) {
      leases.push(['hold', ...lease])
      if (leaseFails) throw new Error('no lease')
    },
    async dropLease(...lease: [UserId, string, number]) {
      leases.push(['drop', ...lease])
    },
  }
  const log = pino({ level: 'error' }, { write: line => void logged.push(line) })
  const hub = new Hub(engine, clock, log, 2)
  return {
    ...{ hub, clock, leases, logged },
    tell: (...told: Told[]) => tell({ told, notices: [] }),
    failLeases: () => {
      leaseFails = true
    },
    isSubscribed: () => isSubscribed,
  }
}

/** The same with a page of ann's and one of ben's. */
async function startWithTwo() {
  const stage = start()
  const [ann, ben] = [new NotedSubscriber('ann', 'a1', 's1'), new NotedSubscriber('ben', 'b1', 's2')]
  await stage.hub.add(ann)
  await stage.hub.add(ben)
  return { ...stage, ann, ben }
}

const typesOf = (events: readonly EngineEvent[]) => events.map(({ type }) => type)
const dissolved = eventOf({ type: 'room.dissolved', reason: 'ended', byId: 'ann' })

describe('a connection', () => {
  it('holds a lease of three heartbeats from when it is added, and gives it up for ten seconds when it is removed', async () => {
    const { hub, leases } = start()
    const ann = new NotedSubscriber('ann', 'a1')
    await hub.add(ann)
    await hub.remove(ann)
    expect([heartbeatMs, lingerMs]).toEqual([15_000, 10_000])
    expect(leases).toEqual([
      ['hold', 'ann', 'a1', 45_000],
      ['drop', 'ann', 'a1', 10_000],
    ])
  })

  it('is counted until it is removed, and removed once', async () => {
    const { hub, ann, leases } = await startWithTwo()
    expect(hub.connectionCount).toBe(2)
    await hub.remove(ann)
    await hub.remove(ann)
    await hub.remove(new NotedSubscriber('cem'))
    expect(hub.connectionCount).toBe(1)
    expect(leases.filter(([what]) => what === 'drop')).toHaveLength(1)
  })

  it('is refused when its person holds as many as they may, until one of them is removed', async () => {
    const { hub, ann } = await startWithTwo()
    await hub.add(new NotedSubscriber('ann', 'a2'))
    const third = new NotedSubscriber('ann', 'a3')
    await expect(hub.add(third)).rejects.toMatchObject({ code: 'rate_limited' })
    expect(hub.connectionCount).toBe(3)
    await hub.remove(ann)
    await hub.add(third)
    expect(hub.connectionCount).toBe(3)
  })

  it('is refused once the hub stops', async () => {
    const { hub } = start()
    hub.stop()
    await expect(hub.add(new NotedSubscriber('ann'))).rejects.toMatchObject({ code: 'server_busy' })
  })

  it('gets what its person is told, with what other connections have rendered of the same publication', async () => {
    const { hub, tell, ann, ben } = await startWithTwo()
    const annAgain = new NotedSubscriber('ann', 'a2')
    await hub.add(annAgain)
    const events = [sentOf(messageOf(1)), sentOf(messageOf(2))]
    for (const event of events) tell({ userId: 'ann', event }, { userId: 'ben', event: dissolved })
    expect([ann.events, annAgain.events]).toEqual([events, events])
    expect(ben.events).toEqual([dissolved, dissolved])
    expect(annAgain.shared[0]).toBe(ann.shared[0])
    expect(ben.shared[0]).toBe(ann.shared[0])
    expect(ann.shared[1]).not.toBe(ann.shared[0])
  })

  it('gets nothing once it is removed', async () => {
    const { hub, tell, ann } = await startWithTwo()
    await hub.remove(ann)
    tell({ userId: 'ann', event: dissolved })
    expect(ann.events).toEqual([])
  })
})

describe('who follows sessions', () => {
  it('is told of each connection with a session as it comes and goes, and of none with a token', async () => {
    const told: unknown[][] = []
    const follower = {
      opened: (...session: [UserId, string]) => void told.push(['opened', ...session]),
      closed: (sessionId: string) => void told.push(['closed', sessionId]),
    }
    const engine = { subscribe: () => () => {}, holdLease: async () => {}, dropLease: async () => {} }
    const hub = new Hub(engine, new FakeClock(), pino({ level: 'silent' }), 2, null, follower)
    const [page, program] = [new NotedSubscriber('ann', 'a1', 's1'), new NotedSubscriber('ann', 'a2')]
    await hub.add(page)
    await hub.add(program)
    await hub.remove(program)
    await hub.remove(page)
    await hub.remove(page)
    expect(told).toEqual([
      ['opened', 'ann', 's1'],
      ['closed', 's1'],
    ])
  })
})

describe('a heartbeat', () => {
  it('comes every fifteen seconds to each connection and renews its lease', async () => {
    const { clock, leases, ann, ben } = await startWithTwo()
    leases.length = 0
    await clock.advance(14_999)
    expect([ann.beats, leases]).toEqual([0, []])
    await clock.advance(1)
    expect([ann.beats, ben.beats]).toEqual([1, 1])
    expect(leases).toEqual([
      ['hold', 'ann', 'a1', 45_000],
      ['hold', 'ben', 'b1', 45_000],
    ])
    await clock.advance(15_000)
    expect(ann.beats).toBe(2)
  })

  it('goes on when a lease cannot be renewed, which is logged', async () => {
    const { clock, failLeases, logged, ann, ben } = await startWithTwo()
    failLeases()
    await clock.advance(30_000)
    expect([ann.beats, ben.beats]).toEqual([2, 2])
    expect(logged).toHaveLength(4)
    expect(logged[0]).toContain('no lease')
  })
})

describe('an open room', () => {
  it('is one that a connection has entered and not left, closed or been removed from', async () => {
    const { hub, ann, ben } = await startWithTwo()
    hub.enterRoom('r1', ann)
    hub.enterRoom('r1', ben)
    expect(hub.activeUsers('r1')).toEqual(['ann', 'ben'])
    hub.leaveRoom('r1', ann)
    expect(hub.activeUsers('r1')).toEqual(['ben'])
    await hub.remove(ben)
    expect(hub.activeUsers('r1')).toEqual([])
  })

  it('is not entered by a connection that is not there, or not any more', async () => {
    const { hub, ann } = await startWithTwo()
    hub.enterRoom('r1', new NotedSubscriber('ann', 'a2'))
    hub.enterRoom('r1', new NotedSubscriber('cem'))
    await hub.remove(ann)
    hub.enterRoom('r1', ann)
    expect(hub.activeUsers('r1')).toEqual([])
  })

  it('stays open whatever else happens in it', async () => {
    const { hub, tell, ann } = await startWithTwo()
    hub.enterRoom('r1', ann)
    tell({ userId: 'ann', event: sentOf(messageOf(1)) }, { userId: 'ann', event: typingOf('ben') })
    expect(hub.activeUsers('r1')).toEqual(['ann'])
  })

  it('is no longer open once it is dissolved', async () => {
    const { hub, tell, ann } = await startWithTwo()
    hub.enterRoom('r1', ann)
    tell({ userId: 'ben', event: { ...dissolved, roomId: 'r2' } })
    expect(hub.activeUsers('r1')).toEqual(['ann'])
    tell({ userId: 'ben', event: dissolved })
    expect(hub.activeUsers('r1')).toEqual([])
  })
})

describe('typing', () => {
  it('is told once however often it is reported, and ends after two seconds', async () => {
    const { hub, clock, tell, ann } = await startWithTwo()
    tell({ userId: 'ann', event: typingOf('ben') })
    tell({ userId: 'ann', event: typingOf('ben') })
    expect([ann.events, hub.isTyping('r1', 'ben'), hub.isTyping('r1', 'ann')]).toEqual([[typingOf('ben')], true, false])
    await clock.advance(2000)
    expect(ann.events).toEqual([typingOf('ben'), typingOf('ben', false)])
  })

  it('ends with a message of who types, after the message', async () => {
    const { tell, ann } = await startWithTwo()
    tell({ userId: 'ann', event: typingOf('ben') })
    tell({ userId: 'ben', event: sentOf(messageOf(1)) })
    expect(typesOf(ann.events)).toEqual(['typing.changed'])
    tell({ userId: 'ann', event: sentOf(messageOf(1)) })
    expect(typesOf(ann.events)).toEqual(['typing.changed', 'message.sent', 'typing.changed'])
  })

  it('ends with the newest that its viewer was told', async () => {
    const { clock, tell, ann } = await startWithTwo()
    tell({ userId: 'ann', event: typingOf('ben') })
    tell({ userId: 'ann', event: eventOf({ type: 'receipt.noted' }, { totalUnread: 7 }) })
    await clock.advance(2000)
    expect(ann.events.at(-1)).toEqual({ ...typingOf('ben', false), totalUnread: 7 })
  })

  it('ends without a word with its room', async () => {
    const { hub, clock, tell, ann } = await startWithTwo()
    tell({ userId: 'ann', event: typingOf('ben') })
    tell({ userId: 'ann', event: dissolved })
    expect(hub.isTyping('r1', 'ben')).toBe(false)
    await clock.advance(2000)
    expect(typesOf(ann.events)).toEqual(['typing.changed', 'room.dissolved'])
  })
})

describe('the connections of a session', () => {
  it('are paused and resumed, and those of no other session or person', async () => {
    const { hub, ann, ben } = await startWithTwo()
    const elsewhere = new NotedSubscriber('ann', 'a2', 's3')
    await hub.add(elsewhere)
    hub.pause('ann', 's1', 'r1', true)
    hub.pause('ann', 's1', 'r2', false)
    hub.pause('ann', 's2', 'r1', true)
    hub.pause('cem', 's1', 'r1', true)
    expect([ann.pauses, elsewhere.pauses, ben.pauses]).toEqual([
      [
        ['r1', true],
        ['r2', false],
      ],
      [],
      [],
    ])
  })

  it('are closed with 4401 when it ends, and those of no other session or person', async () => {
    const { hub, ann, ben } = await startWithTwo()
    const elsewhere = new NotedSubscriber('ann', 'a2', 's3')
    await hub.add(elsewhere)
    hub.closeSession('ann', 's1')
    hub.closeSession('ann', 's2')
    hub.closeSession('cem', 's1')
    expect([ann.closed, elsewhere.closed, ben.closed]).toEqual([[4401], [], []])
  })
})

describe('the connections of a person', () => {
  it('are all closed, with 4401 unless told', async () => {
    const { hub, ann, ben } = await startWithTwo()
    const elsewhere = new NotedSubscriber('ann', 'a2', 's3')
    await hub.add(elsewhere)
    hub.closeUser('ann')
    hub.closeUser('ann', 1012)
    hub.closeUser('cem')
    expect([ann.closed, elsewhere.closed, ben.closed]).toEqual([[4401, 1012], [4401, 1012], []])
  })
})

describe('a hub that stops', () => {
  it('closes all connections with 1012 unless told, hears no more of the engine and leaves no timer', async () => {
    const { hub, clock, tell, isSubscribed, ann, ben } = await startWithTwo()
    tell({ userId: 'ann', event: typingOf('ben') })
    await clock.advance(15_000)
    tell({ userId: 'ann', event: typingOf('ben') })
    hub.stop()
    expect([ann.closed, ben.closed, isSubscribed(), clock.waiting]).toEqual([[1012], [1012], false, 0])
    hub.stop(1013)
    expect(ann.closed).toEqual([1012, 1013])
  })
})

describe('a hub beside others', () => {
  function startBeside() {
    const clock = new FakeClock()
    const told: PeerNotice[] = []
    const places = new Map<string, string[]>()
    let hear: (notice: PeerNotice, nodeId: string) => void = () => {}
    const peers: Peers = {
      nodeId: 'here',
      async holdPlace(userId, id, most) {
        const held = new Set(places.get(userId)).add(id)
        if (held.size > most) return false
        places.set(userId, [...held])
        return true
      },
      dropPlace: async (userId, id) =>
        void places.set(
          userId,
          (places.get(userId) ?? []).filter(each => each !== id),
        ),
      holdVisit: async () => [],
      dropVisit: async () => [],
      tell: async notice => void told.push(notice),
      onTold: listener => {
        hear = listener
      },
    }
    const engine = { subscribe: () => () => {}, holdLease: async () => {}, dropLease: async () => {} }
    const hub = new Hub(engine, clock, pino({ level: 'silent' }), 2, peers)
    return { hub, clock, told, places, hear: (notice: PeerNotice) => hear(notice, 'there') }
  }

  it('lets a person hold as many connections as they may on all nodes together', async () => {
    const { hub, places } = startBeside()
    places.set('ann', ['on another node'])
    const [first, second] = [new NotedSubscriber('ann', 'a1'), new NotedSubscriber('ann', 'a2')]
    await hub.add(first)
    await expect(hub.add(second)).rejects.toMatchObject({ code: 'rate_limited' })
    await hub.remove(second)
    await hub.remove(first)
    await hub.add(second)
    expect(places.get('ann')).toEqual(['on another node', 'a2'])
  })

  it('tells the others of what ends or pauses connections, and does what they tell', async () => {
    const { hub, told, hear } = startBeside()
    hub.closeSession('ann', 's1')
    hub.closeUser('ann', 1012)
    hub.pause('ann', 's1', 'r1', true)
    const notices: PeerNotice[] = [
      { type: 'session.ended', userId: 'ann', sessionId: 's1' },
      { type: 'account.changed', userId: 'ann', code: 1012 },
      { type: 'updates.paused', userId: 'ann', sessionId: 's1', roomId: 'r1', isPaused: true },
    ]
    expect(told).toEqual(notices)
    const [page, other] = [new NotedSubscriber('ann', 'a1', 's1'), new NotedSubscriber('ann', 'a2', 's2')]
    await Promise.all([hub.add(page), hub.add(other)])
    for (const notice of notices.toReversed()) hear(notice)
    expect([page.pauses, other.pauses]).toEqual([[['r1', true]], []])
    expect([page.closed, other.closed]).toEqual([[1012, 4401], [1012]])
    expect(told).toHaveLength(3)
  })

  it('has the connections of a person catch up at once, and those of all spread over some seconds', async () => {
    const { hub, clock } = startBeside()
    const [ann, ben] = [new NotedSubscriber('ann', 'a1'), new NotedSubscriber('ben', 'b1')]
    await Promise.all([hub.add(ann), hub.add(ben)])
    hub.catchUpMissed('ann')
    expect([ann.catchUps, ben.catchUps]).toEqual([1, 0])
    hub.catchUpMissed(null)
    await clock.advance(499)
    expect([ann.catchUps, ben.catchUps]).toEqual([1, 0])
    await hub.remove(ben)
    await clock.advance(3_001)
    expect([ann.catchUps, ben.catchUps]).toEqual([2, 0])
    hub.reconnectAll()
    await clock.advance(3_500)
    expect([ann.closed, ben.closed]).toEqual([[1012], []])
  })
})
