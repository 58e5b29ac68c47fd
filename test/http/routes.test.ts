import express, { type RequestHandler, Router } from 'express'
import { describe, expect, it } from 'vitest'
import { createRouter, declaredRoutes, type Route, type RouteGuards } from '#src/http/routes.js'

const answer: Route['handle'] = (_request, response) => void response.end()
const pass: RequestHandler = (_request, _response, next) => next()
const guards: RouteGuards = { admits: ['anyone', 'member'], before: () => [pass], beforeRefusal: [] }
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

  it('does not start when it is declared twice, or behind guards that cannot check its access', () => {
    expect(() => createRouter([page, page], guards)).toThrow('get /page/:id is declared twice')
    expect(() => createRouter([{ ...page, access: 'operator' }], guards)).toThrow(
      '/page/:id declares an access that its guards cannot check',
    )
  })
})
