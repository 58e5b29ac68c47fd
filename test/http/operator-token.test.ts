import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { expect, it } from 'vitest'
import { operatorCheck } from '#src/http/operator-token.js'
import { RateLimit } from '#src/rate-limit.js'
import { FakeClock } from '../support/fake-clock.js'
import { serveApp } from '../support/served-app.js'

const operatorToken = 'the operator chose this, with spaces'

/** An app behind the check; the answer to a request with this header is its status, or the refusal. */
async function begin() {
  const limit = new RateLimit({ name: 'operator', windowMs: 60_000, limit: 2 }, new FakeClock())
  const check = operatorCheck(operatorToken, limit)
  const refuse: ErrorRequestHandler = (error, _request, response, _next) => void response.status(400).json(error)
  const enter: RequestHandler = async (request, response) => {
    await check(request)
    response.json({ code: 'passed' })
  }
  const app = express().set('trust proxy', 1).use(enter, refuse)
  const url = await serveApp(app)
  return async (authorization?: string, address = '192.0.2.1'): Promise<{ code: string; retryAfterMs?: number }> => {
    const headers = { 'x-forwarded-for': address, ...(authorization === undefined ? {} : { authorization }) }
    return (await fetch(url, { headers })).json()
  }
}

it('the right token passes as often as it comes', async () => {
  const ask = await begin()
  for (let count = 0; count < 5; count += 1) expect((await ask(`Bearer ${operatorToken}`)).code).toBe('passed')
})

it.each([
  ['no token', undefined],
  ['no text', ''],
  ['another token', 'Bearer guess'],
  ['a part of the token', `Bearer ${operatorToken.slice(0, -1)}`],
  ['the token with more behind it', `Bearer ${operatorToken}x`],
  ['the token without its scheme', operatorToken],
])('%s is refused', async (_what, authorization) => {
  const ask = await begin()
  expect((await ask(authorization)).code).toBe('unauthenticated')
})

it('after too many wrong tokens of an address even the right one is refused there, and passes from another', async () => {
  const ask = await begin()
  expect([(await ask('Bearer one')).code, (await ask('Bearer two')).code]).toEqual([
    'unauthenticated',
    'unauthenticated',
  ])
  expect(await ask(`Bearer ${operatorToken}`)).toMatchObject({ code: 'rate_limited', retryAfterMs: 60_000 })
  expect((await ask(`Bearer ${operatorToken}`, '192.0.2.2')).code).toBe('passed')
})

it('a right token takes back no wrong one', async () => {
  const ask = await begin()
  await ask('Bearer one')
  expect((await ask(`Bearer ${operatorToken}`)).code).toBe('passed')
  await ask('Bearer two')
  expect((await ask(`Bearer ${operatorToken}`)).code).toBe('rate_limited')
})
