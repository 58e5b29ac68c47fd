import { describe, expect, it, onTestFinished } from 'vitest'
import { ChatError } from '#src/chat/errors.js'
import { RedisEngine } from '#src/engines/redis/engine.js'
import { RedisSharedStore } from '#src/shared-store/redis-store.js'
import { WindowCounters } from '#src/shared-store/window-counters.js'
import { generous } from '../../support/engine/world.js'
import { FakeClock } from '../../support/fake-clock.js'
import { linkTo } from '../../support/redis-link.js'
import { startRedisServer } from '../../support/redis-server.js'

const linkOf = linkTo(startRedisServer)
const window = { name: 'messages', windowMs: 1000, limit: 3 }
let spaces = 0

/** An engine and counters by one clock, a room of two people, and what counts in memory. */
async function start() {
  spaces += 1
  const [link, clock, secret, space] = [linkOf(), new FakeClock(), 'a secret of the tests', `c${spaces}-`]
  const now = () => clock.now()
  const onError = (error: unknown) => {
    throw error
  }
  const engine = await RedisEngine.start({ ...generous, link, clock, secret, space, now, onError })
  onTestFinished(() => engine.stop())
  const store = new RedisSharedStore({ link, secret, space, now })
  const limit = { ...window, key: store.countKeyOf(window, 'ann') }
  const { id } = await engine.openRoom('ann', 'bob')
  let nonces = 0
  const send = async (roomId = id) => {
    nonces += 1
    const draft = { nonce: `n${nonces}`, text: 'hello', image: null }
    try {
      await engine.counting(limit).sendMessage(roomId, 'ann', draft)
      return 0
    } catch (error) {
      if (error instanceof ChatError && error.code === 'rate_limited') return error.retryAfterMs
      throw error
    }
  }
  return { engine, store, limit, clock, id, send, inMemory: new WindowCounters(window, clock) }
}

describe('a command that counts', () => {
  it('is refused when, and for as long as, a count in memory is', async () => {
    const { send, clock, inMemory } = await start()
    const [here, there] = [[] as unknown[], [] as unknown[]]
    for (const passMs of [0, 1, 0, 0, 300, 698, 1, 0, 0, 0, 999, 1, 0, 2500, 0, 0, 0, 1000]) {
      clock.jump(passMs)
      here.push(await send())
      there.push(inMemory.count('ann', 0).waitMs)
    }
    expect(here).toEqual(there)
    expect(here.filter(waitMs => waitMs !== 0).length).toBeGreaterThan(3)
  })

  it('stores nothing when it is refused', async () => {
    const { engine, send } = await start()
    for (let times = 0; times < 5; times += 1) await send()
    expect(await engine.readStats()).toMatchObject({ messages: window.limit })
  })

  it('counts where the shared store counts', async () => {
    const { store, send } = await start()
    await store.count(window, 'ann', 0)
    await send()
    expect(await store.count(window, 'ann', 0)).toMatchObject({ isCounted: true, count: 3 })
    expect(await send()).toBe(1000)
  })

  it('counts also where it is refused for another reason', async () => {
    const { store, send } = await start()
    await expect(send('no-id')).rejects.toMatchObject({ code: 'not_found' })
    await expect(send('a-room-that-is-not-abc')).rejects.toMatchObject({ code: 'not_found' })
    expect(await store.count(window, 'ann', 0)).toMatchObject({ count: 3 })
  })

  it('counts for all commands of one limit together', async () => {
    const { engine, limit, id, send } = await start()
    const counting = engine.counting(limit)
    await counting.setErasure(id, 'ann', true)
    await counting.setTyping(id, 'ann', true)
    await send()
    const refused = { code: 'rate_limited', retryAfterMs: 1000 }
    await expect(counting.setLifetime(id, 'ann', { lifetimeMs: 300_000, from: 'sent' })).rejects.toMatchObject(refused)
    await expect(counting.removeMessage(id, 'ann', 'none')).rejects.toMatchObject(refused)
    await expect(counting.keepLonger(id, 'ann')).rejects.toMatchObject(refused)
    await expect(counting.endRoom(id, 'ann')).rejects.toMatchObject(refused)
    expect((await engine.readRoom(id, 'ann')).id).toBe(id)
  })

  it('leaves a counter that goes with its windows', async () => {
    const link = linkOf()
    const secret = 'a secret of the tests'
    const engine = await RedisEngine.start({
      ...{ ...generous, link, secret, clock: new FakeClock(), space: 'real-', onError: () => {} },
    })
    onTestFinished(() => engine.stop())
    const { id } = await engine.openRoom('ann', 'bob')
    await engine.counting({ ...window, key: 'limit:real' }).setTyping(id, 'ann', true)
    const ttlMs = Number(await link.call('PTTL', 'limit:real'))
    expect(ttlMs).toBeGreaterThan(0)
    expect(ttlMs).toBeLessThanOrEqual(window.windowMs)
  })
})
