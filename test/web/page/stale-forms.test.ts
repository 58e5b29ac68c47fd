import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { readConfig } from '#src/config.js'
import { securityHeaders } from '#src/web/page/security-headers.js'
import { onStaleToken, staleForms } from '#src/web/page/stale-forms.js'
import { serveApp } from '../../support/served-app.js'

const stale = Object.assign(new Error(), { code: 'EBADCSRFTOKEN' })
const passOn: ErrorRequestHandler = (_error, _request, response, _next) => void response.status(500).send('passed on')

/** A server on which every request fails with this error. */
function serving(error: unknown, handler: ErrorRequestHandler): Promise<string> {
  const fail: RequestHandler = (request, _response, next) => {
    request.account = null
    request.csrfToken = () => 'good'
    next(error)
  }
  const headers = securityHeaders(readConfig({ NODE_ENV: 'test' }))
  return serveApp(express().use(headers, express.urlencoded({ extended: false }), fail, handler, passOn))
}

const form = (fields: [string, string][]) => ({ method: 'POST', body: new URLSearchParams(fields) })

describe('a form of which only the token is stale', () => {
  const fields: [string, string][] = [
    ['_csrf', 'old'],
    ['theme', 'dark'],
    ['sounds', 'mine'],
    ['sounds', '"theirs"'],
  ]

  it('comes back with its fields, a good token and the address that it was for', async () => {
    const answer = await fetch(`${await serving(stale, staleForms)}/settings?a=1&b=2`, form(fields))
    const html = await answer.text()
    expect(answer.status).toBe(403)
    expect(html).toContain('<form method="post" action="/settings?a=1&amp;b=2" target="_top">')
    const inputs = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(input => [
      input[1],
      input[2],
    ])
    expect(inputs).toEqual([
      ['_csrf', 'good'],
      ['theme', 'dark'],
      ['sounds', 'mine'],
      ['sounds', '&quot;theirs&quot;'],
    ])
  })

  it('may be shown in a frame of our pages', async () => {
    const { headers } = await fetch(`${await serving(stale, staleForms)}/settings`, form(fields))
    expect([headers.get('x-frame-options'), headers.get('content-security-policy')]).toEqual([
      'SAMEORIGIN',
      expect.stringContaining("frame-ancestors 'self'"),
    ])
  })

  it('has the page loaded again that posts by itself', async () => {
    const headers = { 'hx-request': 'true' }
    const answer = await fetch(`${await serving(stale, staleForms)}/settings`, { ...form(fields), headers })
    expect([answer.status, answer.headers.get('hx-refresh'), await answer.text()]).toEqual([403, 'true', ''])
  })

  it.each([
    ['has no token', '/settings', form([['theme', 'dark']])],
    ['is for an address that names a host', '/.//evil.example/', form(fields)],
    ['holds a file', '/settings', { method: 'POST', body: new FormData(), headers: { 'csrf-token': 'old' } }],
    ['is not posted', '/settings', { method: 'PUT', body: new URLSearchParams(fields) }],
  ])('is refused as others are when it %s', async (_what, path, init) => {
    const answer = await fetch((await serving(stale, staleForms)) + path, init)
    expect([answer.status, await answer.text()]).toEqual([500, 'passed on'])
  })

  it('is refused as others are when it fails for another reason', async () => {
    const answer = await fetch(`${await serving(new Error(), staleForms)}/settings`, form(fields))
    expect(await answer.text()).toBe('passed on')
  })
})

describe('a form that shows itself again', () => {
  const showAgain = onStaleToken(async (request, response) => {
    response.status(422).send(`again: ${request.body.theme}`)
  })

  it('does so when its token is stale', async () => {
    const answer = await fetch(await serving(stale, showAgain), form([['theme', 'dark']]))
    expect([answer.status, await answer.text()]).toEqual([422, 'again: dark'])
  })

  it('does not when it fails for another reason', async () => {
    const answer = await fetch(await serving(new Error(), showAgain), form([['theme', 'dark']]))
    expect(await answer.text()).toBe('passed on')
  })
})
