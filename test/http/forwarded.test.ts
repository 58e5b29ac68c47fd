import express from 'express'
import { describe, expect, it } from 'vitest'
import { forwardedScheme, watchForwarded } from '#src/http/forwarded.js'
import { noAddresses, writtenAddresses } from '../field/proxies.js'
import { serveApp } from '../support/served-app.js'

it.each([
  ['http', 'http:'],
  ['https', 'https:'],
  ['HTTPS', 'https:'],
  ['ws', 'http:'],
  ['wss', 'https:'],
  ['https, http', 'https:'],
  [' http ,https', 'http:'],
  ['spdy', null],
  ['', null],
  [undefined, null],
])('X-Forwarded-Proto %j stands for %j, if a proxy is trusted', (told, scheme) => {
  const request = { headers: { 'x-forwarded-proto': told } }
  expect(forwardedScheme(request, { trustProxy: 1 })).toBe(scheme)
  expect(forwardedScheme(request, { trustProxy: 0 })).toBe(null)
})

/** The advice that a request with these headers calls for. */
async function adviceFor(headers: Record<string, string>, publicUrl: string | null, trustProxy = 1): Promise<string[]> {
  const given: string[] = []
  const settings = { trustProxy, publicUrl: publicUrl === null ? null : new URL(publicUrl) }
  const app = express()
    .set('trust proxy', trustProxy)
    .use(watchForwarded(settings, advice => void given.push(advice)))
    .use((_request, response) => void response.end())
  expect((await fetch(await serveApp(app), { headers })).status).toBe(200)
  return given
}

const [https, http] = ['https://chat.example', 'http://chat.example']
const address = { 'x-forwarded-for': '203.0.113.7' }

describe('the log advises', () => {
  it.each([
    [https, {}, /without X-Forwarded-Proto/],
    [https, { 'x-forwarded-proto': 'http' }, /contradicts PUBLIC_URL/],
    [https, { 'x-forwarded-proto': 'http, https' }, /contradicts PUBLIC_URL/],
    [http, { 'x-forwarded-proto': 'https' }, /contradicts PUBLIC_URL/],
  ])('for PUBLIC_URL %s behind a proxy that sends %j', async (publicUrl, headers, words) => {
    expect(await adviceFor({ ...address, ...headers }, publicUrl)).toEqual([expect.stringMatching(words)])
  })

  it('to have a proxy send X-Forwarded-For', async () => {
    expect(await adviceFor({}, null)).toEqual([expect.stringMatching(/without X-Forwarded-For/)])
  })

  it('to count a proxy that TRUST_PROXY leaves out', async () => {
    expect(await adviceFor(address, null, 0)).toEqual([
      expect.stringMatching(/set TRUST_PROXY to the number of proxies/),
    ])
  })

  it.each(noAddresses.filter(written => written.trim() !== ''))(
    'to mend a proxy that writes %j for an address',
    async written => {
      expect(await adviceFor({ 'x-forwarded-for': written }, null)).toEqual([
        expect.stringMatching(/X-Forwarded-For holds no IP address/),
      ])
    },
  )
})

describe('the log advises nothing', () => {
  it.each([
    [https, { ...address, 'x-forwarded-proto': 'https' }, 1],
    [https, { ...address, 'x-forwarded-proto': 'wss' }, 1],
    [http, { ...address, 'x-forwarded-proto': 'http' }, 1],
    [http, address, 1],
    [null, { ...address, 'x-forwarded-proto': 'https' }, 1],
    [http, { 'x-forwarded-proto': 'https' }, 0],
    [null, {}, 0],
  ])('for PUBLIC_URL %s, headers %j and %i proxies', async (publicUrl, headers, trustProxy) => {
    expect(await adviceFor(headers, publicUrl, trustProxy)).toEqual([])
  })

  it.each(writtenAddresses)('for an address written as %j', async written => {
    expect(await adviceFor({ 'x-forwarded-for': written }, null)).toEqual([])
  })
})
