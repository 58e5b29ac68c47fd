import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { beforeEach, describe, expect, it } from 'vitest'
import { newAccount } from '#src/accounts/account.js'
import { limitLight } from '#src/http/request-limits.js'
import { createLimit, type Limit } from '#src/limit.js'
import { FakeClock } from '../support/fake-clock.js'
import { serveApp } from '../support/served-app.js'

describe('what a page asks for by itself', () => {
  let clock: FakeClock
  let limit: Limit
  let url: string
  beforeEach(async () => {
    clock = new FakeClock()
    limit = createLimit({ name: 'light', windowMs: 1000, limit: 2 }, clock)
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
    expect(limit.hit('ann').allowed).toBe(false)
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
