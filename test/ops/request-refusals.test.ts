import { once } from 'node:events'
import express from 'express'
import { expect, it, onTestFinished, vi } from 'vitest'
import { countRefusals } from '#src/ops/request-refusals.js'

it('counts each answer that refuses, by a word for its status, and no other answer', async () => {
  const refused = vi.fn()
  const app = express()
  app.use(countRefusals({ refused, expired: () => {}, pushed: () => {} }))
  app.get('/:status', (request, response) => void response.sendStatus(Number(request.params.status)))
  const server = app.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  const reasons: Record<number, string> = {
    400: 'bad_request',
    401: 'unauthenticated',
    403: 'forbidden',
    404: 'not_found',
    405: 'wrong_method',
    409: 'conflict',
    413: 'too_large',
    415: 'unsupported',
    418: 'other',
    422: 'invalid',
    429: 'rate_limited',
    500: 'fault',
    503: 'server_busy',
    507: 'full',
  }
  for (const status of [200, 204, 303, 399, ...Object.keys(reasons)]) {
    await fetch(`http://127.0.0.1:${address.port}/${status}`, { redirect: 'manual' })
  }
  await expect.poll(() => refused.mock.calls).toEqual(Object.values(reasons).map(reason => ['request', reason]))
})
