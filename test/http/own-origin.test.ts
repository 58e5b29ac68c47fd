import express from 'express'
import { expect, it } from 'vitest'
import { ownOrigin } from '#src/http/own-origin.js'
import { serveApp } from '../support/served-app.js'

it.each([
  [
    'is PUBLIC_URL, whatever a request was sent to',
    new URL('https://chat.example:8443'),
    'https',
    'https://chat.example:8443',
  ],
  ['is what a request was sent to, without PUBLIC_URL', null, undefined, 'http://HOST'],
  ['has the scheme that a trusted proxy tells', null, 'https', 'https://HOST'],
])('the origin of this server %s', async (_, publicUrl, scheme, expected) => {
  const app = express()
    .set('trust proxy', 1)
    .use((request, response) => void response.end(ownOrigin(request, { publicUrl })))
  const url = await serveApp(app)
  const headers: Record<string, string> = scheme ? { 'x-forwarded-proto': scheme } : {}
  const told = await (await fetch(url, { headers })).text()
  expect(told).toBe(expected.replace('HOST', new URL(url).host))
})
