import { expect, it, vi } from 'vitest'
import { KnownNames } from '#src/live/client/known-names.js'

const everybody = new Map([
  ['ann', 'Ann'],
  ['ben', 'Ben'],
  ['cem', 'Cem'],
])

function start() {
  const namesOf = vi.fn(
    async (ids: readonly string[]) =>
      new Map(ids.flatMap(id => (everybody.has(id) ? [[id, everybody.get(id) ?? ''] as const] : []))),
  )
  return { namesOf, names: new KnownNames(namesOf) }
}

it('finds the names of those who are asked for, and no others', async () => {
  const { names } = start()
  await names.of(['cem'])
  expect([...(await names.of(['ann', 'ben']))]).toEqual([
    ['ann', 'Ann'],
    ['ben', 'Ben'],
  ])
})

it('looks up only those whom it has not come across', async () => {
  const { names, namesOf } = start()
  await names.of(['ann'])
  await names.of(['ann', 'ben'])
  await names.of(['ann', 'ben'])
  await names.of([])
  expect(namesOf.mock.calls).toEqual([[['ann']], [['ben']]])
})

it('gives an empty name to somebody who is not known, and looks them up again', async () => {
  const { names, namesOf } = start()
  expect([...(await names.of(['zoe', 'ann']))]).toEqual([
    ['zoe', ''],
    ['ann', 'Ann'],
  ])
  await names.of(['zoe', 'ann'])
  expect(namesOf.mock.calls).toEqual([[['zoe', 'ann']], [['zoe']]])
})
