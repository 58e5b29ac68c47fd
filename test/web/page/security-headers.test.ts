import express, { type RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { readConfig } from '#src/config.js'
import { mayBeEmbedded, mayEmbed, neverStore, securityHeaders } from '#src/web/page/security-headers.js'
import { serveApp } from '../../support/served-app.js'

/** The headers of an answer that a handler changes. */
async function headersOf(change: RequestHandler, env: Record<string, string> = {}): Promise<Headers> {
  const app = express().use(securityHeaders(readConfig({ NODE_ENV: 'test', ...env })), change)
  return (await fetch(await serveApp(app))).headers
}

const plain: RequestHandler = (_request, response) => void response.end()
const usual = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types htmx worker',
]
const policyOf = (headers: Headers) => headers.get('content-security-policy')?.split(';')

describe('every answer', () => {
  it('allows only what is ours', async () => {
    expect(policyOf(await headersOf(plain))).toEqual(usual)
  })

  it('may be embedded nowhere, and tells other sites nothing', async () => {
    const headers = await headersOf(plain)
    expect([headers.get('x-frame-options'), headers.get('referrer-policy')]).toEqual(['DENY', 'same-origin'])
  })

  it.each([
    [{}, null],
    [{ PUBLIC_URL: 'http://chat.example' }, null],
    [{ PUBLIC_URL: 'https://chat.example', TRUST_PROXY: '1' }, 'max-age=31536000'],
  ])('asks for https only where people use it, and never for subdomains: %j', async (env, value) => {
    expect((await headersOf(plain, env)).get('strict-transport-security')).toBe(value)
  })
})

it('a page that may be embedded may be so by our pages alone', async () => {
  const headers = await headersOf((_request, response) => {
    mayBeEmbedded(response)
    response.end()
  })
  expect(policyOf(headers)).toEqual(usual.with(usual.indexOf("frame-ancestors 'none'"), "frame-ancestors 'self'"))
  expect(headers.get('x-frame-options')).toBe('SAMEORIGIN')
})

it('a page that may embed others embeds ours alone, and is itself embedded nowhere', async () => {
  const headers = await headersOf((_request, response) => {
    mayEmbed(response)
    response.end()
  })
  expect(policyOf(headers)).toEqual([...usual, "frame-src 'self'"])
  expect(headers.get('x-frame-options')).toBe('DENY')
})

it('a page is kept by no cache', async () => {
  const app = express().use(neverStore, plain)
  expect((await fetch(await serveApp(app))).headers.get('cache-control')).toBe('no-store')
})
