import express, { type Request } from 'express'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { FormRepeats } from '#src/http/form-repeats.js'
import { RedisSharedStore } from '#src/shared-store/redis-store.js'
import { FakeClock } from '../support/fake-clock.js'
import { linkTo } from '../support/redis-link.js'
import { startRedisServer } from '../support/redis-server.js'

const linkOf = linkTo(startRedisServer)
const secret = 'a secret of the tests'
let spaces = 0

/** Two nodes with the forms of one kind. Each post on one of them tells what came of it. */
function startNodes({ endsSession = false, stands = async (_outcome: string) => true } = {}) {
  spaces += 1
  const store = new RedisSharedStore({ link: linkOf(), secret, space: `${spaces}-` })
  const options = { clock: new FakeClock(), name: 'test', outcome: z.string(), forms: { store, secret } }
  const [here, there] = [1, 2].map(() => new FormRepeats({ ...options, endsSession, stands }))
  if (!here || !there) throw new Error('There are two')
  const note = (node: Pick<FormRepeats<string>, 'note'>, cookie = 'ann') => {
    const body = { name: 'new', password: 'secret words' }
    const request: Request = Object.assign(Object.create(express.request), { body, originalUrl: '/form', url: '/form' })
    node.note(request, cookie)
    return request
  }
  return { store, here, there, note }
}

/** Work that ends when it is told to. */
function heldWork() {
  let end: (outcome: string) => void = () => {}
  let fail: (error: Error) => void = () => {}
  let times = 0
  const work = () => {
    times += 1
    return new Promise<string>((...settle) => {
      ;[end, fail] = settle
    })
  }
  return { work, end: (outcome: string) => end(outcome), fail: () => fail(new Error('failed')), times: () => times }
}

test('a form that is posted to two nodes is worked on by one of them, and both answer what came of it', async () => {
  const { here, there, note } = startNodes()
  const held = heldWork()
  const first = here.once(note(here), held.work)
  await expect.poll(held.times).toBe(1)
  let counted = 0
  const second = there.once(note(there), held.work, () => {
    counted += 1
  })
  const other = there.once(note(there, 'ben'), async () => 'of another browser')
  expect(await other).toBe('of another browser')
  held.end('done')
  expect(await Promise.all([first, second])).toEqual(['done', 'done'])
  expect([held.times(), counted]).toEqual([1, 1])
  expect(await there.isRepeat(note(there))).toBe(true)
  expect(await here.isRepeat(note(here, 'carol'))).toBe(false)
})

test('a form that fails on one node is worked on anew by the other', async () => {
  const { here, there, note } = startNodes()
  const held = heldWork()
  const first = here.once(note(here), held.work)
  await expect.poll(held.times).toBe(1)
  const second = there.once(note(there), async () => 'done there')
  held.fail()
  await expect(first).rejects.toThrow('failed')
  expect(await second).toBe('done there')
})

test('a form that has no outcome, such as a log-out, is done once for both nodes', async () => {
  const { store, note } = startNodes()
  const options = { clock: new FakeClock(), name: 'empty', outcome: z.void(), forms: { store, secret } }
  const [here, there] = [new FormRepeats(options), new FormRepeats(options)]
  let times = 0
  const post = (node: FormRepeats<void>) => {
    const request = note(node)
    return node.once(request, async () => {
      times += 1
    })
  }
  await post(here)
  await post(there)
  expect(times).toBe(1)
})

test('a form whose outcome no longer stands is worked on anew', async () => {
  const { here, there, note } = startNodes({ stands: async outcome => outcome !== 'first' })
  expect(await here.once(note(here), async () => 'first')).toBe('first')
  expect([await there.isRepeat(note(there)), await there.once(note(there), async () => 'second')]).toEqual([
    false,
    'second',
  ])
})

test('a form that ends its session on one node is expected on the other by its cookie alone', async () => {
  const { here, there, note } = startNodes({ endsSession: true })
  expect(await there.expects('ann')).toBe(false)
  await here.once(note(here), async () => 'done')
  expect([await there.expects('ann'), await there.expects('ben')]).toEqual([true, false])
})

test('what nodes tell each other of a form holds nothing that was posted', async () => {
  const { here, note } = startNodes()
  await here.once(note(here), async () => 'done')
  const keys = String(await linkOf().call('KEYS', `${spaces}-*`)).split(',')
  expect(keys).toHaveLength(2)
  for (const key of keys) {
    expect(`${key} ${await linkOf().call('GET', key)}`).not.toMatch(/ann|secret words|new/)
    expect(Number(await linkOf().call('PTTL', key))).toBeGreaterThan(50_000)
  }
})

test('what came of a form is not in clear in Redis', async () => {
  const { here, note } = startNodes()
  await here.once(note(here), async () => 'a link that lets in')
  const scan = z.tuple([z.unknown(), z.array(z.coerce.string())])
  const [, keys] = scan.parse(await linkOf().call('SCAN', '0', 'COUNT', '1000'))
  const values = await Promise.all(keys.map(async key => String(await linkOf().call('DUMP', key))))
  expect(values.length).toBeGreaterThan(0)
  expect(values.filter(value => value.includes('lets in'))).toEqual([])
})
