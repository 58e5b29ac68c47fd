import { expect, it, vi } from 'vitest'
import { Observations } from '#src/ops/observations.js'

it('counts refusals by place and reason, and keeps the worst lateness, until it is asked', () => {
  const observations = new Observations()
  observations.refused('request', 'not_found')
  observations.refused('frame', 'not_found')
  observations.refused('request', 'not_found')
  for (const lag of [4, 9, 5]) observations.expired(lag)
  expect(observations.take()).toEqual({
    refusals: { 'request:not_found': 2, 'frame:not_found': 1 },
    worstExpiryLagMs: 9,
  })
  expect(observations.take()).toEqual({ refusals: {}, worstExpiryLagMs: 0 })
})

it('hands everything on as it happens', () => {
  const next = { refused: vi.fn(), expired: vi.fn(), pushed: vi.fn() }
  const observations = new Observations(next)
  observations.refused('handshake', 'unauthenticated')
  observations.expired(3)
  observations.pushed('told')
  expect(next.refused.mock.calls).toEqual([['handshake', 'unauthenticated']])
  expect(next.expired.mock.calls).toEqual([[3]])
  expect(next.pushed.mock.calls).toEqual([['told']])
})
