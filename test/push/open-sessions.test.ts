import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Account, newAccount } from '#src/accounts/account.js'
import { digestSession } from '#src/accounts/device.js'
import { OpenSessions } from '#src/push/open-sessions.js'
import { MemorySharedStore } from '#src/shared-store/memory-store.js'
import { RedisSharedStore } from '#src/shared-store/redis-store.js'
import type { SharedStore } from '#src/shared-store/shared-store.js'
import { FakeClock } from '../support/fake-clock.js'
import { deviceOf } from '../support/push/devices.js'
import { linkTo } from '../support/redis-link.js'
import { startRedisServer } from '../support/redis-server.js'

const digest = digestSession('s1')

/** Nodes on one store, and ann, whose session `s1` has a device unless told. */
function start(sharedStore: SharedStore, clock: FakeClock, { hasDevice = true } = {}) {
  const begun = newAccount({ id: 'ann', username: 'ann', email: 'a@x.example', passwordHash: '', createdAt: 0 })
  const devices = { on: [deviceOf('a', { session: digest })], off: [] }
  const account: { current: Account } = { current: { ...begun, devices: hasDevice ? devices.on : devices.off } }
  const errors: unknown[] = []
  const node = (nodeId: string) => {
    const people = { find: async (id: string) => (id === 'ann' ? account.current : null) }
    const sessions = new OpenSessions({ people, sharedStore, clock, nodeId, onError: error => errors.push(error) })
    onTestFinished(() => sessions.stop())
    return sessions
  }
  const [here, there] = [node('here'), node('there')]
  const isOpen = async () => {
    // What was asked of the store before is answered before: a script that it does not know yet takes two round trips.
    for (let trips = 0; trips < 3; trips += 1) {
      await nextTurn()
      await sharedStore.readList('nothing')
    }
    return here.isOpen(digest)
  }
  const switchOn = () => {
    account.current = { ...begun, devices: devices.on }
  }
  return { here, there, node, isOpen, switchOn, errors }
}

function describeOpenSessions(name: string, makeStore: (clock: FakeClock) => SharedStore): void {
  const begin = (options?: { hasDevice?: boolean }) => {
    const clock = new FakeClock()
    return { clock, ...start(makeStore(clock), clock, options) }
  }

  describe(`a session with a device, over ${name}`, () => {
    it('is open as long as one of its connections is', async () => {
      const { here, isOpen } = begin()
      expect(await isOpen()).toBe(false)
      here.opened('ann', 's1')
      here.opened('ann', 's1')
      here.closed('s1')
      expect(await isOpen()).toBe(true)
      here.closed('s1')
      expect(await isOpen()).toBe(false)
    })

    it('is open on every node as long as it is on one', async () => {
      const { here, there, isOpen } = begin()
      here.opened('ann', 's1')
      there.opened('ann', 's1')
      await isOpen()
      here.closed('s1')
      expect([await isOpen(), await there.isOpen(digest)]).toEqual([true, true])
      there.closed('s1')
      expect(await isOpen()).toBe(false)
    })

    it('that is closed before it could be shared is not open', async () => {
      const { here, isOpen } = begin()
      here.opened('ann', 's1')
      here.closed('s1')
      expect(await isOpen()).toBe(false)
    })

    it('is open from the next heartbeat on if it was switched on later', async () => {
      const { clock, here, isOpen, switchOn } = begin({ hasDevice: false })
      here.opened('ann', 's1')
      expect(await isOpen()).toBe(false)
      switchOn()
      await clock.advance(15_000)
      expect(await isOpen()).toBe(true)
    })

    it('is another than others', async () => {
      const { here, isOpen } = begin()
      here.opened('ann', 's2')
      here.opened('nobody', 's1')
      here.closed('never was')
      expect(await isOpen()).toBe(false)
    })
  })
}

describeOpenSessions('memory', clock => new MemorySharedStore(clock))

const linkOf = linkTo(startRedisServer)
let stores = 0
describeOpenSessions('Redis', () => {
  stores += 1
  return new RedisSharedStore({ link: linkOf(), secret: 'a secret of the tests', space: `o${stores}-` })
})

describe('a node that has crashed', () => {
  it('has no session open after three heartbeats, and one that lives goes on', async () => {
    const clock = new FakeClock()
    const { here, there, isOpen } = start(new MemorySharedStore(clock), clock)
    here.opened('ann', 's1')
    await isOpen()
    here.stop()
    await clock.advance(44_999)
    expect(await isOpen()).toBe(true)
    await clock.advance(1)
    expect(await isOpen()).toBe(false)
    there.opened('ann', 's1')
    for (let beats = 0; beats < 4; beats += 1) await clock.advance(15_000)
    expect(await isOpen()).toBe(true)
  })
})

describe('what cannot be shared', () => {
  it('is told, and tried again at the next heartbeat', async () => {
    const clock = new FakeClock()
    const store = new MemorySharedStore(clock)
    const { here, isOpen, errors } = start(store, clock)
    const { addToList } = store
    const fault = new Error('away')
    store.addToList = () => Promise.reject(fault)
    here.opened('ann', 's1')
    expect([await isOpen(), errors]).toEqual([false, [fault]])
    store.addToList = addToList
    await clock.advance(15_000)
    expect(await isOpen()).toBe(true)
  })
})
