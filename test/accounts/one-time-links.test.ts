import { describe, expect, it } from 'vitest'
import { OneTimeLinks } from '#src/accounts/one-time-links.js'
import { FakeClock } from '../support/fake-clock.js'

const lifetimeMs = 60_000

function start(perOwner = 1) {
  const clock = new FakeClock()
  const links = new OneTimeLinks<string>({ clock, lifetimeMs, perOwner })
  const { token } = links.create('ann', 'value')
  return { clock, links, token }
}

/** Uses a link for work that fails when `fail` is called. */
function beginUse(links: OneTimeLinks<string>, token: string) {
  let fail = () => {}
  const outcome = links.use(
    token,
    () =>
      new Promise((_, reject) => {
        fail = () => reject(new Error('the work failed'))
      }),
  )
  return {
    async fail() {
      fail()
      await expect(outcome).rejects.toThrow('the work failed')
    },
  }
}

describe('a link that works once', () => {
  it('is used up by work that succeeds, which is given its value', async () => {
    const { links, token } = start()
    expect(links.ownerOf(token)).toBe('ann')
    expect(await links.use(token, async value => `${value}!`)).toBe('value!')
    expect([links.isGood(token), links.ownerOf(token)]).toEqual([false, null])
    await expect(links.use(token, async () => {})).rejects.toMatchObject({ code: 'not_found' })
    expect(links.count('ann')).toBe(0)
  })

  it('works for nobody else while it is used, and again once that has failed', async () => {
    const { links, token } = start()
    const use = beginUse(links, token)
    expect([links.isGood(token), links.count('ann')]).toEqual([false, 0])
    await expect(links.use(token, async () => {})).rejects.toMatchObject({ code: 'not_found' })
    await use.fail()
    expect([links.isGood(token), links.count('ann')]).toEqual([true, 1])
  })

  it('works no more after a failed use during which its owner’s links were dropped', async () => {
    const { links, token } = start()
    const use = beginUse(links, token)
    links.drop('ann')
    await use.fail()
    expect([links.isGood(token), links.count('ann')]).toEqual([false, 0])
  })

  it('works no more after a failed use during which a newer one took its place', async () => {
    const { links, token } = start()
    const use = beginUse(links, token)
    const newer = links.create('ann', 'newer')
    await use.fail()
    expect([links.isGood(token), links.isGood(newer.token), links.count('ann')]).toEqual([false, true, 1])
  })

  it('works no more after a failed use during which its time ended', async () => {
    const { clock, links, token } = start()
    const use = beginUse(links, token)
    await clock.advance(lifetimeMs)
    await use.fail()
    expect([links.isGood(token), links.count('ann')]).toEqual([false, 0])
  })

  it('keeps its age through a failed use: the oldest gives way first', async () => {
    const { links, token } = start(2)
    const second = links.create('ann', 'second')
    await beginUse(links, token).fail()
    const third = links.create('ann', 'third')
    expect([token, second.token, third.token].map(each => links.isGood(each))).toEqual([false, true, true])
  })
})

describe('links', () => {
  it('are 24 random bytes each, and last for their time exactly, shown by the wall clock', () => {
    const clock = new FakeClock()
    clock.apartMs = -7000
    const links = new OneTimeLinks<string>({ clock, lifetimeMs, perOwner: 2 })
    const [one, two] = [links.create('ann', 'a'), links.create('ann', 'b')]
    expect(one.token).toMatch(/^[\w-]{32}$/)
    expect(one.token).not.toBe(two.token)
    expect(one.expiresAt).toBe(clock.now() + lifetimeMs - 7000)
    clock.jump(lifetimeMs - 1)
    expect([links.isGood(one.token), links.count('ann')]).toEqual([true, 2])
    clock.jump(1)
    expect([links.isGood(one.token), links.count('ann')]).toEqual([false, 0])
  })

  it('are counted, limited and dropped for each owner alone', () => {
    const { links, token } = start(2)
    const others = [links.create('bob', 'x'), links.create('bob', 'y'), links.create('bob', 'z')]
    expect([links.count('ann'), links.count('bob'), links.count('carol')]).toEqual([1, 2, 0])
    expect(others.map(each => links.isGood(each.token))).toEqual([false, true, true])
    links.drop('bob')
    expect([links.isGood(token), links.count('ann'), links.count('bob')]).toEqual([true, 1, 0])
  })

  it('give way to a newer one though they are in use', async () => {
    const { links, token } = start(2)
    const use = beginUse(links, token)
    const second = links.create('ann', 'second')
    expect(links.isGood(second.token)).toBe(true)
    links.create('ann', 'third')
    await use.fail()
    expect([links.isGood(token), links.isGood(second.token), links.count('ann')]).toEqual([false, true, 2])
  })
})
