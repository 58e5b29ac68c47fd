import express, { type ErrorRequestHandler, type Request, type RequestHandler } from 'express'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { newAccount } from '#src/accounts/account.js'
import { limitLight, takeTurn } from '#src/http/request-limits.js'
import { RateLimit } from '#src/rate-limit.js'
import { FakeClock } from '../support/fake-clock.js'
import { holdWithoutLimit } from '../support/no-turns.js'
import { serveApp } from '../support/served-app.js'

describe('what a page asks for by itself', () => {
  let clock: FakeClock
  let limit: RateLimit
  let url: string
  beforeEach(async () => {
    clock = new FakeClock()
    limit = new RateLimit({ name: 'light', windowMs: 1000, limit: 2 }, clock)
    const setAccount: RequestHandler = (request, _response, next) => {
      const id = request.get('x-person')
      const person = { username: 'x', email: 'x', passwordHash: '', createdAt: 1 }
      request.account = id === undefined ? null : newAccount({ id, ...person })
      next()
    }
    const refuse: ErrorRequestHandler = (error, _request, response, _next) => void response.status(503).json(error)
    const answer: RequestHandler = (_request, response) => void response.send('answer')
    url = await serveApp(express().use(setAccount, limitLight(limit), answer, refuse))
  })

  const ask = (person: string | null, headers: Record<string, string> = {}) =>
    fetch(url, { headers: person === null ? headers : { 'x-person': person, ...headers } })
  const statuses = async (...people: (string | null)[]) => {
    const answered: number[] = []
    for (const person of people) answered.push((await ask(person)).status)
    return answered
  }

  it('is answered as often as the limit says, counted by person', async () => {
    expect(await statuses('ann', 'ann', 'ann', 'ben', 'ben', 'ben')).toEqual([200, 200, 503, 200, 200, 503])
    expect(await limit.hit('ann')).toMatchObject({ allowed: false })
  })

  it('is answered again in the next window of the clock, whatever the wall clock says', async () => {
    await statuses('ann', 'ann')
    clock.apartMs = 3_600_000
    await clock.advance(999)
    expect(await statuses('ann')).toEqual([503])
    await clock.advance(1)
    expect(await statuses('ann')).toEqual([200])
  })

  it('is not counted of strangers', async () => {
    expect(await statuses(null, null, null)).toEqual([200, 200, 200])
  })

  it('is refused with how long to wait, and in no words where a page reports something', async () => {
    await statuses('ann', 'ann')
    expect(await (await ask('ann')).json()).toMatchObject({ code: 'rate_limited', retryAfterMs: 1000 })
    const report = await ask('ann', { 'hx-request': 'true' })
    expect([report.status, report.headers.get('retry-after'), await report.text()]).toEqual([429, '1', ''])
  })

  it('says nothing of its limit in an answer', async () => {
    const { headers } = await ask('ann')
    expect([...headers.keys()].filter(name => /ratelimit|retry/i.test(name))).toEqual([])
  })
})

describe('the turn of a request', () => {
  let clock: FakeClock
  let limit: RateLimit
  let url: string
  /** Who is logged in once a request has waited. */
  let nowLoggedIn: string | null
  /** The requests that arrived, those that waited, and those that were let in. */
  let arrived: Request[]
  let found: Request[]
  let entered: (string | null)[]
  beforeEach(async () => {
    clock = new FakeClock()
    limit = new RateLimit({ name: 'requests', windowMs: 1000, limit: 2, longestWaitMs: 1000 }, clock)
    nowLoggedIn = 'ann'
    arrived = []
    found = []
    entered = []
    const accountOf = (id: string | null) =>
      id === null ? null : newAccount({ id, username: 'x', email: 'x', passwordHash: '', createdAt: 1 })
    const setAccount: RequestHandler = (request, _response, next) => {
      request.account = accountOf(request.get('x-person') ?? null)
      arrived.push(request)
      next()
    }
    const findAccount: RequestHandler = (request, _response, next) => {
      found.push(request)
      request.account = accountOf(nowLoggedIn)
      next()
    }
    const answer: RequestHandler = (request, response) => {
      entered.push(request.account?.id ?? null)
      response.end()
    }
    const refuse: ErrorRequestHandler = (error, _request, response, _next) => void response.status(503).json(error)
    url = await serveApp(express().use(holdWithoutLimit(), setAccount, takeTurn(limit, findAccount), answer, refuse))
  })

  const ask = (person: string | null, init: RequestInit = {}) =>
    fetch(url, { ...init, headers: person === null ? {} : { 'x-person': person } })
  const arrivals = (count: number) => vi.waitFor(() => expect(arrived).toHaveLength(count), 15_000)

  it('comes at once while there is room, and who asks is not looked up again', async () => {
    await Promise.all([ask('ann'), ask('ann'), ask('ben'), ask(null), ask(null), ask(null)])
    expect(entered.toSorted()).toEqual(['ann', 'ann', 'ben', null, null, null])
    expect(found).toEqual([])
  })

  it('comes in the next window when there is no room, and who asks is looked up again', async () => {
    await Promise.all([ask('ann'), ask('ann')])
    const late = ask('ann')
    await arrivals(3)
    nowLoggedIn = null
    await clock.advance(999)
    expect(entered).toEqual(['ann', 'ann'])
    await clock.advance(1)
    expect((await late).status).toBe(200)
    expect([entered, found]).toEqual([['ann', 'ann', null], [arrived[2]]])
  })

  it('does not come when that would be too late', async () => {
    await Promise.all([ask('ann'), ask('ann')])
    const waiting = [ask('ann'), ask('ann')]
    await arrivals(4)
    const refused = await ask('ann')
    expect([refused.status, await refused.json()]).toEqual([
      503,
      expect.objectContaining({ code: 'rate_limited', retryAfterMs: 1000 }),
    ])
    await clock.advance(1000)
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200])
  })

  it('is for nobody when its client has gone meanwhile', async () => {
    await Promise.all([ask('ann'), ask('ann')])
    const abort = new AbortController()
    const late = ask('ann', { signal: abort.signal })
    await arrivals(3)
    const gone = new Promise(resolve => arrived[2]?.res?.once('close', resolve))
    abort.abort()
    await expect(late).rejects.toThrow()
    await gone
    await clock.advance(1000)
    expect([entered, found]).toEqual([['ann', 'ann'], []])
  })
})
