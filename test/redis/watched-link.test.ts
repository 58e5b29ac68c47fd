import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { RedisFailure, type RedisLink } from '#src/redis/link.js'
import { WatchedLink } from '#src/redis/watched-link.js'
import { FakeClock } from '../support/fake-clock.js'

function start(partitions = 1) {
  const clock = new FakeClock()
  const calls: string[] = []
  const seen: string[] = []
  const state: { failure: Error | null; refused?: RegExp } = { failure: null }
  const inner: RedisLink = {
    ...{ partitions, generation: 'g1', isSharded: false, close: () => void seen.push('closed') },
    ...{ onMessage: () => () => {}, onHealed: () => () => {}, callEach: async () => [] },
    ...{ subscribe: async () => {}, unsubscribe: async () => {} },
    call: async (command, ...args) => {
      calls.push(command)
      if (state.refused?.test(`${[command, ...args]}`)) throw new RedisFailure('CLUSTERDOWN', true)
      if (state.failure) throw state.failure
      return 'done'
    },
  }
  const link = new WatchedLink(
    inner,
    clock,
    () => seen.push('probed'),
    isAway => seen.push(isAway ? 'away' : 'back'),
  )
  return { clock, calls, seen, state, link }
}

const unanswered = new RedisFailure('Command timed out', false)

describe('a link', () => {
  it('fails at once from the first command that was not answered, until a probe is', async () => {
    const { link, calls, seen, state, clock } = start()
    expect(await link.call('GET', 'a')).toBe('done')
    state.failure = unanswered
    await expect(link.call('GET', 'a')).rejects.toBe(unanswered)
    await expect(link.call('GET', 'a')).rejects.toMatchObject({ message: 'Redis is away', isRefusal: false })
    expect([calls, link.isAway, seen]).toEqual([['GET', 'GET'], true, ['away']])
    await clock.advance(1_000)
    expect(link.isAway).toBe(true)
    state.failure = null
    await clock.advance(1_000)
    expect([link.isAway, seen]).toEqual([false, ['away', 'back', 'probed']])
    expect(await link.call('GET', 'a')).toBe('done')
  })

  it('is not away because of a command that Redis refuses', async () => {
    const { link, state } = start()
    state.failure = new RedisFailure('WRONGTYPE', true)
    await expect(link.call('GET', 'a')).rejects.toBe(state.failure)
    expect(link.isAway).toBe(false)
  })

  it('to several servers is not away because of a single one', async () => {
    const { link, state, clock } = start(64)
    state.failure = unanswered
    await expect(link.call('GET', 'a')).rejects.toBe(unanswered)
    expect(link.isAway).toBe(false)
    await clock.advance(1_000)
    expect(link.isAway).toBe(true)
  })

  it('to several servers is away while they refuse whatever is about a key, though they answer PING', async () => {
    const { link, state, clock } = start(64)
    state.refused = /[{]p[0-9]{1,2}[}]/
    await clock.advance(1_000)
    expect(link.isAway).toBe(true)
    state.refused = /[{]p[1-9][0-9]?[}]/
    await clock.advance(1_000)
    expect(link.isAway).toBe(false)
  })

  it('probes no more once it is closed', async () => {
    const { link, clock, calls } = start()
    link.close()
    await clock.advance(5_000)
    await nextTurn()
    expect(calls).toEqual([])
  })
})
