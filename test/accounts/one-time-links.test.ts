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

/** Begins to use a link for work that fails once `fail` is called. */
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
    expect(await links.use(token, async value => `${value}!`)).toBe('value!')
    expect(links.isGood(token)).toBe(false)
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
