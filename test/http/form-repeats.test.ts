import express, { type Request } from 'express'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { newAccount } from '#src/accounts/account.js'
import { accountOutcome, FormRepeats, type FormRepeatsOptions } from '#src/http/form-repeats.js'
import { FakeClock } from '../support/fake-clock.js'

const minuteMs = 60_000
const account = newAccount({ id: '', username: 'ann', email: 'ann@example.com', passwordHash: '', createdAt: 1 })

/** A request that posts these fields. */
function requestOf(body: unknown, originalUrl: string): Request {
  return Object.assign(Object.create(express.request), { body, originalUrl, url: originalUrl })
}

/** Work that a test ends. */
function unsettled() {
  let resolve: (value: number) => void = () => {}
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<number>((...settle) => {
    ;[resolve, reject] = settle
  })
  return { promise, resolve, reject }
}

/** Forms whose outcome is how many were worked on before. */
function begin(options: Partial<Omit<FormRepeatsOptions<number>, 'clock'>> = {}) {
  const clock = new FakeClock()
  const repeats = new FormRepeats({
    ...{ clock, forms: null, name: 'test', outcome: z.number(), endsSession: true },
    ...options,
  })
  let done = 0
  const note = (fields: unknown, { cookie = 'ann', path = '/form' } = {}) => {
    const request = requestOf(fields, path)
    repeats.note(request, cookie)
    return request
  }
  const post = (fields: unknown, from = {}) => repeats.once(note(fields, from), async () => done++)
  return { clock, repeats, note, post }
}

describe('a form that is posted again', () => {
  it('is worked on once within a minute of its answer, and again after it', async () => {
    const { clock, repeats, post } = begin()
    expect([await post({ a: 'b' }), await post({ a: 'b' })]).toEqual([0, 0])
    await clock.advance(minuteMs - 1)
    expect([await post({ a: 'b' }), repeats.expects('ann')]).toEqual([0, true])
    await clock.advance(1)
    expect([repeats.expects('ann'), await post({ a: 'b' })]).toEqual([false, 1])
  })

  it.each([
    ['the token of another page', { a: 'b', c: ['d', 'e'], _csrf: '2' }, {}, true],
    ['its fields in another order', { _csrf: '1', c: ['d', 'e'], a: 'b' }, {}, true],
    ['another value', { a: 'x', c: ['d', 'e'] }, {}, false],
    ['values in another order', { a: 'b', c: ['e', 'd'] }, {}, false],
    ['a value that is joined', { a: 'b', c: 'd,e' }, {}, false],
    ['a field more', { a: 'b', c: ['d', 'e'], f: '' }, {}, false],
    ['a field fewer', { a: 'b' }, {}, false],
    ['no fields', undefined, {}, false],
    ['another cookie', { a: 'b', c: ['d', 'e'] }, { cookie: 'ben' }, false],
    ['another address', { a: 'b', c: ['d', 'e'] }, { path: '/form?x' }, false],
  ])('with %s is a repeat or not', async (_what, fields, from, isSame) => {
    const { repeats, note, post } = begin()
    await post({ a: 'b', c: ['d', 'e'], _csrf: '1' })
    expect(await repeats.isRepeat(note(fields, from))).toBe(isSame)
    expect(await post(fields, from)).toBe(isSame ? 0 : 1)
  })

  it('from a page that was loaded again is another one where somebody may want two', async () => {
    const { post } = begin({ isOfOnePage: true })
    const tokens = ['1', '1', '2', '1']
    const outcomes = []
    for (const _csrf of tokens) outcomes.push(await post({ _csrf }))
    expect(outcomes).toEqual([0, 0, 1, 0])
  })

  it('is worked on again once its outcome no longer stands, by one of many that find so', async () => {
    let least = 0
    const { repeats, note, post } = begin({ stands: async outcome => outcome >= least })
    await post({})
    least = 1
    expect(await repeats.isRepeat(note({}))).toBe(false)
    expect(await Promise.all([post({}), post({}), post({})])).toEqual([1, 1, 1])
  })

  it('is one only while it is worked on where nothing is to be remembered', async () => {
    const { repeats, post } = begin({ rememberedMs: 0 })
    expect(await Promise.all([post({}), post({})])).toEqual([0, 0])
    expect([repeats.expects('ann'), await post({})]).toEqual([false, 1])
  })

  it('is counted when it repeats what was done, and may be refused for it', async () => {
    const { repeats, note, post } = begin()
    const refusal = new Error('too many')
    const refuse = () => {
      throw refusal
    }
    expect(await repeats.once(note({}), async () => 7, refuse)).toBe(7)
    await expect(repeats.once(note({}), async () => 8, refuse)).rejects.toBe(refusal)
    expect(await post({})).toBe(7)
  })

  it('is expected without a session only where the first ends it', async () => {
    const { repeats, post } = begin({ endsSession: false })
    await post({})
    expect(repeats.expects('ann')).toBe(false)
  })

  it('must be noted', async () => {
    const { repeats } = begin()
    const request = requestOf({}, '/form')
    expect(await repeats.isRepeat(request)).toBe(false)
    await expect(repeats.once(request, async () => 1)).rejects.toThrow('/form does not declare its repeats')
  })
})

describe('a repeat of a form that is worked on', () => {
  const fault = new Error('refused')

  it('waits for its outcome, and is expected by its cookie alone', async () => {
    const { repeats, note } = begin()
    const { promise, resolve } = unsettled()
    const first = repeats.once(note({}), () => promise)
    const second = repeats.once(note({}), async () => expect.fail('it is worked on twice'))
    expect([repeats.expects('ann'), repeats.expects('ben')]).toEqual([true, false])
    resolve(7)
    expect(await Promise.all([first, second])).toEqual([7, 7])
  })

  it('fails with it, and the next is worked on anew', async () => {
    const { repeats, note, post } = begin()
    const { promise, reject } = unsettled()
    const tries = [repeats.once(note({}), () => promise), post({}), repeats.isRepeat(note({}))]
    reject(fault)
    expect(await Promise.allSettled(tries)).toEqual([
      { status: 'rejected', reason: fault },
      { status: 'rejected', reason: fault },
      { status: 'fulfilled', value: false },
    ])
    expect([repeats.expects('ann'), await post({})]).toEqual([false, 0])
  })

  it('shares the failure also if it was noted before and comes to it after', async () => {
    const { repeats, note } = begin()
    const { promise, reject } = unsettled()
    const first = repeats.once(note({}), () => promise)
    const late = note({})
    reject(fault)
    await expect(first).rejects.toBe(fault)
    await expect(repeats.once(late, async () => 1)).rejects.toBe(fault)
  })
})

it('of many forms the oldest are forgotten', async () => {
  const { repeats, post } = begin()
  for (let n = 0; n < 2001; n++) await post({}, { cookie: `person-${n}` })
  expect([0, 1, 2000].map(n => repeats.expects(`person-${n}`))).toEqual([false, true, true])
  expect(await post({}, { cookie: 'person-1' })).toBe(1)
})

it('what lets somebody in stands until the sessions of the account end', async () => {
  const accounts = new Map([['ann', 3]])
  const people = {
    find: async (id: string) => {
      const generation = accounts.get(id)
      return generation === undefined ? null : { ...account, id, generation }
    },
  }
  const repeats = FormRepeats.ofAccounts(people, {
    ...{ clock: new FakeClock(), forms: null, name: 'test', outcome: accountOutcome },
  })
  let generation = 3
  const post = async () => {
    const request = requestOf({}, '/form')
    repeats.note(request, 'cookie')
    return repeats.once(request, async () => ({ id: 'ann', generation: generation++ }))
  }
  expect([await post(), await post()]).toEqual(Array(2).fill({ id: 'ann', generation: 3 }))
  accounts.set('ann', 4)
  expect([await post(), await post()]).toEqual(Array(2).fill({ id: 'ann', generation: 4 }))
  accounts.delete('ann')
  expect(await post()).toEqual({ id: 'ann', generation: 5 })
})
