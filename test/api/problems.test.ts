import express from 'express'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { mayPass, problemAnswers, problemSchema } from '#src/api/problems.js'
import { ChatError, InvalidInput } from '#src/chat/errors.js'
import { serveApp } from '../support/served-app.js'

const requestId = '0b1c2d3e'

/** Answers one request with an error, as the API does. */
async function refuse(error: unknown, begin: (response: express.Response) => void = () => {}) {
  const logged: Record<string, unknown>[] = []
  const log = pino({}, { write: line => void logged.push(JSON.parse(line)) })
  const app = express()
  app.get('/', (_request, response) => {
    response.locals.requestId = requestId
    begin(response)
    throw error
  })
  app.use(problemAnswers(log, 123))
  const answer = await fetch(await serveApp(app))
  const body: unknown = await answer.json()
  return { status: answer.status, headers: answer.headers, body, logged }
}

describe('a refusal', () => {
  it('is a problem with its code, its sentence, its page and the number of the request', async () => {
    const { status, headers, body, logged } = await refuse(new ChatError('not_found'))
    expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json; charset=utf-8'])
    expect(body).toEqual({
      type: '/api/docs#not_found',
      title: "There's nothing here, or it's already gone.",
      status: 404,
      code: 'not_found',
      instance: `urn:uuid:${requestId}`,
    })
    expect(problemSchema.parse(body)).toEqual(body)
    expect(logged).toEqual([])
    for (const name of ['retry-after', 'www-authenticate']) expect(headers.get(name)).toBeNull()
  })

  it('names the wrong fields', async () => {
    const { status, body } = await refuse(new InvalidInput({ email: 'email_taken' }))
    expect(status).toBe(422)
    expect(body).toMatchObject({ code: 'invalid', errors: { email: 'email_taken' } })
  })

  it('names no fields where a form as a whole is wrong', async () => {
    expect((await refuse(new ChatError('invalid'))).body).not.toHaveProperty('errors')
  })

  it('says how long a message may be', async () => {
    const { body } = await refuse(new ChatError('message_too_long'))
    expect(body).toMatchObject({ title: 'This message is too long. Use at most 123 characters.' })
  })

  it('asks for a token where nobody is logged in', async () => {
    const { status, headers } = await refuse(new ChatError('unauthenticated'))
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  })

  it.each([
    [1200.4, 1201, '2'],
    [1000, 1000, '1'],
    [0.2, 1, '1'],
    [0, 1, '1'],
  ])('after which the same may succeed in %f ms says %i ms and %s s', async (ms, retryAfterMs, seconds) => {
    const { status, headers, body } = await refuse(new ChatError('rate_limited', ms))
    expect([status, headers.get('retry-after')]).toEqual([429, seconds])
    expect(body).toMatchObject({ retryAfterMs })
  })

  it('has no Retry-After where its kind does not pass by itself, but says the time', async () => {
    const { headers, body } = await refuse(new ChatError('room_full', 5000))
    expect(headers.get('retry-after')).toBeNull()
    expect(body).toMatchObject({ retryAfterMs: 5000 })
  })

  it('of a package is a problem by the status that it has', async () => {
    const { status, body } = await refuse(Object.assign(new Error('too large'), { status: 413 }))
    expect([status, body]).toEqual([413, expect.objectContaining({ code: 'payload_too_large' })])
  })
})

describe('a fault of ours', () => {
  it('is logged with the number of the request, which the answer says instead of what broke', async () => {
    const { status, body, logged } = await refuse(new Error('secret cause'))
    expect(status).toBe(500)
    expect(body).toMatchObject({
      code: 'internal',
      title: expect.stringContaining(`this number to the person who runs this server: ${requestId}`),
    })
    expect(JSON.stringify(body)).not.toContain('secret cause')
    expect(logged).toEqual([
      expect.objectContaining({
        requestId,
        msg: 'a request failed',
        err: expect.objectContaining({ message: 'secret cause' }),
      }),
    ])
  })

  it('in an answer that has begun is left to Express, which ends it', async () => {
    const begun = refuse(new Error('late'), response => {
      response.write('{')
    })
    await expect(begun).rejects.toThrow()
  })
})

it.each([
  [429, true],
  [503, true],
  [507, false],
  [422, false],
])('the status %i passes by itself: %s', (status, passes) => {
  expect(mayPass(status)).toBe(passes)
})
