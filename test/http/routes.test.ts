import express, { type ErrorRequestHandler, type RequestHandler, Router } from 'express'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { FormRepeats } from '#src/http/form-repeats.js'
import { createRouter, declaredRoutes, notFound, type Route, type RouteGuards } from '#src/http/routes.js'
import { FakeClock } from '../support/fake-clock.js'
import { serveApp } from '../support/served-app.js'

const answer: Route['handle'] = (_request, response) => void response.end()
const pass: RequestHandler = (_request, _response, next) => next()
const guards: RouteGuards = {
  accepts: ({ access, limit }) => access === 'member' && limit !== 'none',
  before: () => [pass],
  beforeRefusal: [],
}
const page: Route = { method: 'get', path: '/page/:id', handle: answer }

describe('a route', () => {
  it('that says no more than what it answers is for members alone, and asks for the token', () => {
    const app = express().use(pass, createRouter([page, { ...page, method: 'post' }], guards), pass)
    const declared = { path: '/page/:id', access: 'member', limit: 'requests', needsToken: true }
    expect(declaredRoutes(app.router)).toMatchObject([
      { ...declared, method: 'get' },
      { ...declared, method: 'post' },
    ])
  })

  it('is listed by its whole address where its router is mounted at another one', () => {
    const inner = Router().use(createRouter([page], guards, '/api'))
    expect(declaredRoutes(express().use('/api', inner).router)).toMatchObject([{ path: '/api/page/:id' }])
  })

  it.each([
    ['a handler of an app', () => express().get('/hidden', pass)],
    ['a handler for every method', () => express().all('/hidden', pass)],
    ['a handler of a router', () => express().use(Router().post('/hidden', pass))],
    ['a middleware for one address', () => express().use('/hidden', pass)],
    ['a handler beside declared ones', () => express().use(createRouter([page], guards).get('/hidden', pass))],
  ])('does not start without a declaration: %s', (_what, create) => {
    expect(() => declaredRoutes(create().router)).toThrow('without a declaration')
  })

  it('does not start when it is declared twice, or behind guards that check neither its access nor its limit', () => {
    expect(() => createRouter([page, page], guards)).toThrow('get /page/:id is declared twice')
    const refusal = '/page/:id declares an access or a limit that its guards do not check'
    expect(() => createRouter([{ ...page, access: 'operator' }], guards)).toThrow(refusal)
    expect(() => createRouter([{ ...page, limit: 'none' }], guards)).toThrow(refusal)
  })
})

describe('a request', () => {
  const say =
    (text: string): RequestHandler =>
    (_request, response, next) => {
      response.append('X-Steps', text)
      next()
    }
  const fail: Route['handle'] = () => {
    throw new Error('a fault')
  }
  const handleError =
    (text: string): ErrorRequestHandler =>
    (error, _request, response, next) => {
      response.append('X-Steps', text)
      next(error)
    }
  const lastError: ErrorRequestHandler = (error, _request, response, _next) =>
    void response.status(400).send(error.code ?? error.message)
  const told: RouteGuards = {
    accepts: () => true,
    before: ({ method }) => [say(`before ${method}`), say('then')],
    beforeRefusal: [say('before refusal')],
  }
  const routes: Route[] = [
    { method: 'get', path: '/both', handle: answer },
    { method: 'post', path: '/both', handle: answer },
    { method: 'get', path: '/read', handle: answer },
    { method: 'post', path: '/write', handle: answer },
    { method: 'get', path: '/fails', handle: fail, onError: [handleError('first'), handleError('second')] },
  ]
  async function ask(method: string, path: string) {
    const response = await fetch(
      (await serveApp(express().use(createRouter(routes, told), notFound, lastError))) + path,
      {
        method,
      },
    )
    const { status, headers } = response
    return { status, steps: headers.get('x-steps'), allow: headers.get('allow'), text: await response.text() }
  }

  it.each([
    ['GET', '/both', 'before get, then'],
    ['POST', '/both', 'before post, then'],
    ['HEAD', '/read', 'before get, then'],
  ])('with %s for %s passes the guards of its route in their order', async (method, path, steps) => {
    expect(await ask(method, path)).toEqual({ status: 200, steps, allow: null, text: '' })
  })

  it.each([
    ['PUT', '/both', 'GET, HEAD, POST'],
    ['POST', '/read', 'GET, HEAD'],
    ['GET', '/write', 'POST'],
  ])('with %s for %s is refused after its own guards, and told what is taken', async (method, path, allow) => {
    const refused = { status: 400, steps: 'before refusal', allow, text: 'method_not_allowed' }
    expect(await ask(method, path)).toEqual(refused)
  })

  it('that fails is handled by its route first, in the order that it declares', async () => {
    const handled = { status: 400, steps: 'before get, then, first, second', allow: null, text: 'a fault' }
    expect(await ask('GET', '/fails')).toEqual(handled)
  })

  it('for no route is refused', async () => {
    expect(await ask('GET', '/nowhere')).toMatchObject({ steps: null, text: 'not_found' })
  })
})

it.each([
  ['that a member gets', { method: 'get' }, true],
  ['that a page gets by itself', { method: 'get', limit: 'lightRequests' }, false],
  ['that anyone gets', { method: 'get', access: 'anyone' }, false],
  ['to a form', { method: 'post' }, false],
  ['to a form that shows all', { method: 'post', mayBeLong: true }, true],
] as const)('an answer %s waits for its turn if it may be long', async (_what, route, waits) => {
  const told: string[] = []
  const noteTurns: RequestHandler = (_request, response, next) => {
    response.inTurn = async work => {
      told.push('in turn')
      expect(response.findAgain).toEqual([pass])
      await work()
    }
    next()
  }
  const findsAgain: RouteGuards = {
    accepts: () => true,
    before: () => [noteTurns],
    beforeRefusal: [],
    findAgain: [pass],
  }
  const routes: Route[] = [{ ...route, path: '/', handle: answer }]
  await fetch(await serveApp(express().use(createRouter(routes, findsAgain))), { method: route.method })
  expect(told).toEqual(waits ? ['in turn'] : [])
})

it('a route keeps what it declares, and has defaults for the rest', () => {
  const multipart: RequestHandler = pass
  const repeats = new FormRepeats({ clock: new FakeClock(), forms: null, name: 'test', outcome: z.void() })
  const full: Route = {
    ...{ method: 'post', path: '/full', access: 'member' },
    ...{ limit: 'lightRequests', body: { multipart }, needsToken: false, formPage: '/form', repeats, handle: answer },
    mayBeLong: true,
  }
  const bare: Route = { method: 'get', path: '/bare', handle: answer }
  const posted: Route = { method: 'post', path: '/posted', handle: answer }
  const app = express().use(createRouter([full, bare, posted], guards))
  expect(declaredRoutes(app.router)).toEqual([
    {
      ...{ method: 'post', path: '/full', access: 'member', limit: 'lightRequests' },
      ...{ body: { multipart }, needsToken: false, formPage: '/form', repeats, mayBeLong: true },
    },
    {
      ...{ method: 'get', path: '/bare', access: 'member', limit: 'requests' },
      ...{ body: null, needsToken: true, formPage: '/chats', repeats: null, mayBeLong: true },
    },
    {
      ...{ method: 'post', path: '/posted', access: 'member', limit: 'requests' },
      ...{ body: null, needsToken: true, formPage: '/chats', repeats: null, mayBeLong: false },
    },
  ])
})
