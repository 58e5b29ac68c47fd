import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { OneTimeLinks } from '#src/accounts/one-time-links.js'
import { MemorySharedStore } from '#src/shared-store/memory-store.js'
import { RedisSharedStore } from '#src/shared-store/redis-store.js'
import type { SharedStore } from '#src/shared-store/shared-store.js'
import { FakeClock } from '../support/fake-clock.js'
import { linkTo } from '../support/redis-link.js'
import { startRedisServer } from '../support/redis-server.js'

const lifetimeMs = 60_000

const linkOf = linkTo(startRedisServer)
let stores = 0

/** Where links may be kept. */
const places: Readonly<Record<string, (clock: FakeClock) => SharedStore>> = {
  memory: clock => new MemorySharedStore(clock),
  Redis: () => {
    stores += 1
    return new RedisSharedStore({ link: linkOf(), secret: 'a secret of the tests', space: `${stores}-` })
  },
}

async function start(perOwner = 1, open = places.memory) {
  const clock = new FakeClock()
  const options = { name: 'link', clock, lifetimeMs, perOwner, value: z.string() }
  const links = new OneTimeLinks({ ...options, store: open?.(clock) })
  const { token } = await links.create('ann', 'value')
  return { clock, links, token }
}

/** Begins to use a link for work that fails when `fail` is called. */
async function beginUse(links: OneTimeLinks<string>, token: string) {
  let fail = () => {}
  let outcome = Promise.resolve<unknown>(null)
  await new Promise<void>(begun => {
    outcome = links.use(token, () => {
      begun()
      return new Promise((_, reject) => {
        fail = () => reject(new Error('the work failed'))
      })
    })
  })
  return {
    async fail() {
      fail()
      await expect(outcome).rejects.toThrow('the work failed')
    },
  }
}

describe.each(Object.entries(places))('kept in %s', (_place, open) => {
  describe('a link that works once', () => {
    it('is used up by work that succeeds, which is given its value', async () => {
      const { links, token } = await start(1, open)
      expect(await links.ownerOf(token)).toBe('ann')
      expect(await links.use(token, async value => `${value}!`)).toBe('value!')
      expect([await links.isGood(token), await links.ownerOf(token)]).toEqual([false, null])
      await expect(links.use(token, async () => {})).rejects.toMatchObject({ code: 'not_found' })
      expect(await links.count('ann')).toBe(0)
    })

    it('works for nobody else while it is used, and again once that has failed', async () => {
      const { links, token } = await start(1, open)
      const use = await beginUse(links, token)
      expect([await links.isGood(token), await links.count('ann')]).toEqual([false, 0])
      await expect(links.use(token, async () => {})).rejects.toMatchObject({ code: 'not_found' })
      await use.fail()
      expect([await links.isGood(token), await links.count('ann')]).toEqual([true, 1])
    })

    it('works no more after a failed use during which its owner’s links were dropped', async () => {
      const { links, token } = await start(1, open)
      const use = await beginUse(links, token)
      await links.drop('ann')
      await use.fail()
      expect([await links.isGood(token), await links.count('ann')]).toEqual([false, 0])
    })

    it('works no more after a failed use during which a newer one took its place', async () => {
      const { links, token } = await start(1, open)
      const use = await beginUse(links, token)
      const newer = await links.create('ann', 'newer')
      await use.fail()
      expect([await links.isGood(token), await links.isGood(newer.token), await links.count('ann')]).toEqual([
        false,
        true,
        1,
      ])
    })

    it('keeps its age through a failed use: the oldest gives way first', async () => {
      const { links, token } = await start(2, open)
      const second = await links.create('ann', 'second')
      await (await beginUse(links, token)).fail()
      const third = await links.create('ann', 'third')
      expect(await Promise.all([token, second.token, third.token].map(each => links.isGood(each)))).toEqual([
        false,
        true,
        true,
      ])
    })
  })

  describe('links', () => {
    it('are counted, limited and dropped for each owner alone', async () => {
      const { links, token } = await start(2, open)
      const others = [await links.create('bob', 'x'), await links.create('bob', 'y'), await links.create('bob', 'z')]
      expect([await links.count('ann'), await links.count('bob'), await links.count('carol')]).toEqual([1, 2, 0])
      expect(await Promise.all(others.map(each => links.isGood(each.token)))).toEqual([false, true, true])
      await links.drop('bob')
      expect([await links.isGood(token), await links.count('ann'), await links.count('bob')]).toEqual([true, 1, 0])
    })

    it('give way to a newer one though they are in use', async () => {
      const { links, token } = await start(2, open)
      const use = await beginUse(links, token)
      const second = await links.create('ann', 'second')
      expect(await links.isGood(second.token)).toBe(true)
      await links.create('ann', 'third')
      await use.fail()
      expect([await links.isGood(token), await links.isGood(second.token), await links.count('ann')]).toEqual([
        false,
        true,
        2,
      ])
    })
  })
})

describe('the time of links', () => {
  it('ends them also after a failed use during which its time ended', async () => {
    const { clock, links, token } = await start()
    const use = await beginUse(links, token)
    await clock.advance(lifetimeMs)
    await use.fail()
    expect([await links.isGood(token), await links.count('ann')]).toEqual([false, 0])
  })

  it('are 24 random bytes each, and last for their time exactly, shown by the wall clock', async () => {
    const clock = new FakeClock()
    clock.apartMs = -7000
    const links = new OneTimeLinks({ name: 'link', clock, lifetimeMs, perOwner: 2, value: z.string() })
    const [one, two] = [await links.create('ann', 'a'), await links.create('ann', 'b')]
    expect(one.token).toMatch(/^[\w-]{32}$/)
    expect(one.token).not.toBe(two.token)
    expect(one.expiresAt).toBe(clock.now() + lifetimeMs - 7000)
    clock.jump(lifetimeMs - 1)
    expect([await links.isGood(one.token), await links.count('ann')]).toEqual([true, 2])
    clock.jump(1)
    expect([await links.isGood(one.token), await links.count('ann')]).toEqual([false, 0])
  })
})
