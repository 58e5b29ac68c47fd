import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { originCheck, refuseForeignOrigin } from '#src/http/origin-check.js'
import { parseUrl } from '#src/web-address.js'
import { foreignPages, ownPages } from '../field/proxies.js'
import { serveApp } from '../support/served-app.js'

interface Given {
  readonly publicUrl?: string
  readonly trustProxy?: number
  readonly corsOrigins?: string[]
  readonly headers: Record<string, string | undefined>
}

/** Whether a request with these headers comes from a page of ours, and the advice that the check calls for. */
function check({ publicUrl, trustProxy = 0, corsOrigins = [], headers }: Given): { isOurs: boolean; advice: string[] } {
  const advice: string[] = []
  const settings = { publicUrl: publicUrl === undefined ? null : new URL(publicUrl), trustProxy, corsOrigins }
  const request = new IncomingMessage(new Socket())
  request.headers = headers
  const isOurs = originCheck(settings, each => void advice.push(each))(request)
  return { isOurs, advice }
}

describe('a page is ours', () => {
  it.each(ownPages)('if it is at %s and the Host header says %s', (origin, host) => {
    expect(check({ headers: { origin, host } })).toEqual({ isOurs: true, advice: [] })
  })

  it.each([
    ['https://chat.example', 'https://chat.example'],
    ['https://chat.example', 'https://chat.example:443'],
    ['https://chat.example', 'https://Chat.Example'],
    ['http://chat.lan:8080', 'http://chat.lan:8080'],
  ])('if PUBLIC_URL is %s and it is at %s, whatever the Host header and the proxy say', (publicUrl, origin) => {
    const headers = { origin, host: '127.0.0.1:3000', 'x-forwarded-proto': 'ftp' }
    expect(check({ publicUrl, trustProxy: 1, headers })).toEqual({ isOurs: true, advice: [] })
  })

  it.each(['http', 'https'])('if it is by %s as X-Forwarded-Proto of a trusted proxy says', scheme => {
    const headers = { origin: `${scheme}://chat.lan`, host: 'chat.lan', 'x-forwarded-proto': scheme }
    expect(check({ trustProxy: 1, headers }).isOurs).toBe(true)
  })

  it.each(['https://chat.example', undefined])('if there is none, with PUBLIC_URL %s', publicUrl => {
    const given = { headers: { host: 'other.example' } }
    expect(check(publicUrl === undefined ? given : { ...given, publicUrl })).toEqual({ isOurs: true, advice: [] })
  })
})

describe('a page is not ours', () => {
  it.each(foreignPages)('if it is %s: %s for the Host %j', (_what, origin, host) => {
    expect(check({ headers: { origin, host } }).isOurs).toBe(false)
  })

  it.each([
    'http://chat.example',
    'https://chat.example:8443',
    'https://chat.example:80',
    'https://chat.example.evil.example',
    'https://evil-chat.example',
    'https://example',
    'https://chat.example.',
    'http://127.0.0.1:3000',
    'null',
  ])('if it is at %s while PUBLIC_URL is https://chat.example, even if the Host header agrees', origin => {
    const host = parseUrl(origin)?.host ?? '127.0.0.1:3000'
    const headers = { origin, host, 'x-forwarded-proto': 'http' }
    expect(check({ publicUrl: 'https://chat.example', trustProxy: 1, headers }).isOurs).toBe(false)
  })

  it.each([
    ['http', 'https'],
    ['https', 'http'],
  ])('if it is by %s while X-Forwarded-Proto of a trusted proxy says %s', (scheme, told) => {
    const headers = { origin: `${scheme}://chat.lan`, host: 'chat.lan', 'x-forwarded-proto': told }
    expect(check({ trustProxy: 1, headers }).isOurs).toBe(false)
  })

  it('if there is no Host header', () => {
    expect(check({ headers: { origin: 'http://undefined' } }).isOurs).toBe(false)
    expect(check({ headers: { origin: 'http://chat.lan' } }).isOurs).toBe(false)
  })
})

describe('the log says how to mend', () => {
  it.each([
    [
      'a Host header without the port',
      { origin: 'http://chat.lan:8080', host: 'chat.lan' },
      /the port in its Host header/,
    ],
    ['the Host header of another host', { origin: 'https://chat.lan', host: '127.0.0.1:3000' }, /names another host/],
    ['hidden origins', { origin: 'null', host: 'chat.lan' }, /Referrer-Policy/],
    [
      'the wrong X-Forwarded-Proto',
      { origin: 'https://chat.lan', host: 'chat.lan', 'x-forwarded-proto': 'http' },
      /X-Forwarded-Proto names another scheme/,
    ],
  ])('%s', (_what, headers, words) => {
    const { advice } = check({ trustProxy: 1, headers })
    expect(advice).toEqual([expect.stringMatching(words)])
    if (headers.origin !== 'null') expect(advice[0]).toContain('set PUBLIC_URL')
  })

  it('a PUBLIC_URL that is not where people open the server', () => {
    const headers = { origin: 'https://www.chat.example', host: 'www.chat.example', 'sec-fetch-site': 'same-origin' }
    const { advice } = check({ publicUrl: 'https://chat.example', headers })
    expect(advice).toEqual([expect.stringMatching(/its page is not at PUBLIC_URL/)])
  })

  it.each([
    ['a page of which the browser says that it is of another site', { 'sec-fetch-site': 'cross-site' }, []],
    ['a page that CORS_ORIGIN names', {}, ['https://evil.example']],
  ])('nothing for %s', (_what, more, corsOrigins) => {
    const headers = { origin: 'https://evil.example', host: 'chat.lan', ...more }
    expect(check({ corsOrigins, headers })).toEqual({ isOurs: false, advice: [] })
  })
})

it.each([
  ['GET', false, 200],
  ['HEAD', false, 200],
  ['OPTIONS', false, 200],
  ['POST', false, 403],
  ['PUT', false, 403],
  ['DELETE', false, 403],
  ['POST', true, 200],
])('%s from a page of ours or not (%j) gets %i', async (method, isOurs, status) => {
  const refuse: ErrorRequestHandler = ({ code }, _request, response, _next) =>
    void response.status(code === 'forbidden' ? 403 : 500).end()
  const answer: RequestHandler = (_request, response) => void response.end()
  const app = express().use(
    refuseForeignOrigin(() => isOurs),
    answer,
    refuse,
  )
  expect((await fetch(await serveApp(app), { method })).status).toBe(status)
})
