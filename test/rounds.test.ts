import { expect, it } from 'vitest'
import { Rounds } from '#src/rounds.js'
import { FakeClock } from './support/fake-clock.js'

function start() {
  const clock = new FakeClock()
  const visits: [string, number][] = []
  const began = clock.now()
  const rounds = new Rounds<string>(clock, 15_000, member => visits.push([member, clock.now() - began]))
  return { clock, visits, rounds }
}

it('each member is visited a period after it was added, and once in every period from then on', async () => {
  const { clock, visits, rounds } = start()
  rounds.add('ann')
  await clock.advance(5000)
  rounds.add('ben')
  await clock.advance(30_000)
  expect(visits).toEqual([
    ['ann', 15_000],
    ['ben', 20_000],
    ['ann', 30_000],
    ['ben', 35_000],
  ])
})

it('those that are due within a quarter of a second are visited by one timer', async () => {
  const { clock, visits, rounds } = start()
  for (let ms = 0; ms < 100; ms += 1) {
    rounds.add(String(ms))
    await clock.advance(1)
  }
  await clock.advance(14_900)
  expect(visits).toHaveLength(1)
  await clock.advance(250)
  expect([visits.length, new Set(visits.map(([, at]) => at)).size, clock.waiting]).toEqual([100, 2, 1])
})

it('who was removed is not visited, also by a visit of the same round', async () => {
  const clock = new FakeClock()
  const visited: string[] = []
  const rounds = new Rounds<string>(clock, 1000, member => {
    visited.push(member)
    rounds.remove('ben')
  })
  for (const member of ['ann', 'ben', 'cleo']) rounds.add(member)
  await clock.advance(1000)
  expect(visited).toEqual(['ann', 'cleo'])
})

it('nobody is visited once they stop, and no timer is left', async () => {
  const { clock, visits, rounds } = start()
  rounds.add('ann')
  rounds.stop()
  await clock.advance(60_000)
  expect([visits, clock.waiting]).toEqual([[], 0])
})

it('waits with no timer while there is nobody', async () => {
  const { clock, visits, rounds } = start()
  expect(clock.waiting).toBe(0)
  rounds.add('ann')
  rounds.remove('ann')
  await clock.advance(15_000)
  expect([visits, clock.waiting]).toEqual([[], 0])
  rounds.add('ben')
  await clock.advance(15_000)
  expect(visits).toEqual([['ben', 30_000]])
})
