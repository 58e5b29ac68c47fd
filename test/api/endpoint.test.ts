import express from 'express'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { type Answer, endpoint, limitInput, routeOf } from '#src/api/endpoint.js'
import { InvalidInput } from '#src/chat/errors.js'
import { serveApp } from '../support/served-app.js'

const facts = { method: 'post', path: '/things', name: 'doThing', summary: 'Do it', answers: {}, refusals: [] } as const
const form = { schema: z.object({}), read: vi.fn() }

/** Sends a JSON body to an endpoint that stands alone; a refusal of its input is answered with its fields. */
async function call(declared: Parameters<typeof routeOf>[0], body: unknown, query = '') {
  const app = express()
  const route = routeOf(declared)
  app.post('/things', express.json(), (request, response) => route.handle(request, response))
  const answerRefusal: express.ErrorRequestHandler = (error: unknown, _request, response, _next) => {
    response.status(422).json(error instanceof InvalidInput ? error.fields : { error: String(error) })
  }
  app.use(answerRefusal)
  const answer = await fetch(`${await serveApp(app)}/things${query}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

describe('an endpoint', () => {
  it('is for members unless it says otherwise, and has neither body nor query', () => {
    const made = endpoint({ ...facts, handle: async () => ({ status: 204 }) })
    expect([made.access, made.body, made.query]).toEqual(['member', null, null])
    expect(endpoint({ ...facts, access: 'guest', handle: async () => ({ status: 204 }) }).access).toBe('guest')
  })

  it('is described with the body that it reads, or the one that it passes on', () => {
    const [read, passed] = [z.object({ a: z.string() }), z.object({ b: z.string() })]
    const handle = async () => ({ status: 204 })
    expect(endpoint({ ...facts, body: read, handle }).body).toBe(read)
    expect(endpoint({ ...facts, unreadBody: passed, handle }).body).toBe(passed)
  })

  it('gives its handler the input as its schemas read it', async () => {
    const declared = endpoint({
      ...facts,
      body: z.object({ word: z.string().trim() }),
      query: z.object({ limit: limitInput(5) }),
      handle: async ({ body, query }) => ({ status: 200, body: { body, query } }),
    })
    const { status, text } = await call(declared, { word: ' hi ', more: 1 }, '?limit=5')
    expect([status, JSON.parse(text)]).toEqual([200, { body: { word: 'hi' }, query: { limit: 5 } }])
  })

  it.each([
    [{ word: 1 }, '', 'word'],
    [{ word: 'hi' }, '?limit=6', 'limit'],
  ])('refuses %j with the query "%s" by the field %s', async (body, query, field) => {
    const handle = vi.fn(async () => ({ status: 204 }))
    const schemas = { body: z.object({ word: z.string() }), query: z.object({ limit: limitInput(5) }) }
    const answer = await call(endpoint({ ...facts, ...schemas, handle }), body, query)
    expect([answer.status, Object.keys(JSON.parse(answer.text))]).toEqual([422, [field]])
    expect(handle).not.toHaveBeenCalled()
  })

  it('reads no JSON where it takes a form', async () => {
    const declared = endpoint({
      ...facts,
      form,
      body: z.object({ word: z.string() }),
      handle: async ({ body }) => ({ status: 200, body }),
    })
    expect((await call(declared, { word: 1 })).text).toBe('{}')
  })
})

describe('the answer of an endpoint', () => {
  const answerOf = (answer: Answer) => call(endpoint({ ...facts, handle: async () => answer }), {})

  it('has its status, its headers and its body as JSON', async () => {
    const { status, headers, text } = await answerOf({ status: 201, body: { made: 1 }, headers: { ETag: '"v"' } })
    expect([status, headers.get('etag'), text]).toEqual([201, '"v"', '{"made":1}'])
    expect(headers.get('content-type')).toContain('application/json')
  })

  it('without a body is empty', async () => {
    const { status, headers, text } = await answerOf({ status: 202 })
    expect([status, headers.get('content-type'), text]).toEqual([202, null, ''])
  })

  it('may be sent by itself', async () => {
    const send = async (response: express.Response) => void response.status(200).type('text').send('mine')
    expect(await answerOf({ status: 500, send })).toMatchObject({ status: 200, text: 'mine' })
  })
})

describe('the route of an endpoint', () => {
  const handle = async () => ({ status: 204 })

  it('asks members for a token, and guests for none', () => {
    expect(routeOf(endpoint({ ...facts, handle }))).toMatchObject({ access: 'member', needsToken: true })
    expect(routeOf(endpoint({ ...facts, access: 'guest', handle }))).toMatchObject({
      access: 'guest',
      needsToken: false,
    })
    expect(routeOf(endpoint({ ...facts, access: 'member or operator', handle })).needsToken).toBe(true)
  })

  it('has its limit and the reader of its form where it declares them', () => {
    const plain = routeOf(endpoint({ ...facts, handle }))
    expect([plain.method, plain.path]).toEqual(['post', '/things'])
    expect(plain).not.toHaveProperty('limit')
    expect(plain).not.toHaveProperty('body')
    const full = routeOf(endpoint({ ...facts, form, limit: 'lightRequests', handle }))
    expect(full).toMatchObject({ limit: 'lightRequests', body: { multipart: form.read } })
  })
})

it.each([
  ['1', 1],
  ['5', 5],
  [undefined, undefined],
  ['0', null],
  ['6', null],
  ['1.5', null],
  ['x', null],
])('a limit of at most five takes %s as %s', (given, read) => {
  const { success, data } = limitInput(5).safeParse(given)
  expect(success ? data : null).toBe(read)
})
