// Long because every case of one behaviour stands here.
import { get as httpGet, type IncomingMessage } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newPair } from '../support/crowd.js'
import { HttpClient } from '../support/http-client.js'
import { startTestServer } from '../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

/** All pages and error pages, by name. */
async function allPages(base: string): Promise<Map<string, Response>> {
  const visitor = new HttpClient(base)
  const { ann, chat } = await newPair(base)
  await ann.post(`${chat}/messages`, { content: 'see http://example.com/ and mail a@example.com', nonce: 'n' }, chat)
  return new Map([
    ['log-in', await visitor.get('/login')],
    ['registration', await visitor.get('/register')],
    ['refused log-in', await visitor.logIn('bob@example.com', 'wrong wrong')],
    ['not logged in', await visitor.get('/chats')],
    ['chats', await ann.get('/chats')],
    ['people', await ann.get('/people?q=a')],
    ['chat', await ann.get(chat)],
    ['refused message', await ann.post(`${chat}/messages`, { content: '' }, chat)],
    ['sent message', await ann.post(`${chat}/messages`, { content: 'x' }, chat)],
    ['end', await ann.get(`${chat}/end`)],
    ['not found', await ann.get('/nowhere')],
    ['wrong method', await ann.request('DELETE', '/chats')],
    ['foreign', await ann.post('/logout', {}, chat, { headers: { origin: 'https://evil.example' } })],
    ['health', await visitor.get('/health')],
  ])
}

describe('every page', () => {
  let pages: Map<string, Response>
  const bodies = new Map<string, string>()
  beforeAll(async () => {
    pages = await allPages(server.url)
    for (const [name, response] of pages) bodies.set(name, await response.text())
  })

  const isPage = (response: Response) => response.headers.get('content-type')?.startsWith('text/html')

  it('is what its name says', () => {
    expect([...pages].map(([name, { status }]) => [name, status])).toEqual([
      ['log-in', 200],
      ['registration', 200],
      ['refused log-in', 422],
      ['not logged in', 303],
      ['chats', 200],
      ['people', 200],
      ['chat', 200],
      ['refused message', 422],
      ['sent message', 303],
      ['end', 200],
      ['not found', 404],
      ['wrong method', 405],
      ['foreign', 403],
      ['health', 200],
    ])
  })

  it('allows nothing but what is ours, and no script or style in it', () => {
    for (const [name, { headers }] of pages) {
      const policy = new Map(
        (headers.get('content-security-policy') ?? '').split(';').map(directive => {
          const [key = '', ...values] = directive.trim().split(' ')
          return [key, values.join(' ')]
        }),
      )
      expect([name, Object.fromEntries(policy)]).toEqual([
        name,
        {
          'default-src': "'none'",
          'script-src': "'self'",
          'style-src': "'self'",
          'img-src': "'self' blob:",
          'connect-src': "'self'",
          'manifest-src': "'self'",
          'form-action': "'self'",
          'base-uri': "'none'",
          'frame-ancestors': "'none'",
          'require-trusted-types-for': "'script'",
          'trusted-types': 'htmx worker',
        },
      ])
    }
  })

  it('is kept by no cache, sniffed by none, framed by none, and tells other sites nothing', () => {
    for (const [name, { headers }] of pages) {
      expect([name, headers.get('cache-control')]).toEqual([name, 'no-store'])
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
      expect(headers.has('x-powered-by')).toBe(false)
      expect(headers.has('etag')).toBe(false)
      expect(headers.get('strict-transport-security')).toBeNull()
    }
  })

  it('holds no inline script or style, and nothing that would be one', () => {
    for (const [name, html] of bodies) {
      const found = html.match(
        /<style|\sstyle=|\son\w+=|javascript:|hx-on|<script(?! (?:defer|type="module") src="\/static\/build\/)[^>]*>/gi,
      )
      expect([name, found]).toEqual([name, null])
    }
  })

  it('loads from this server alone, and gives what people link to no hold on us', () => {
    const links = bodies.get('chat')?.match(/<a [^>]*href="(?:http|mailto)[^>]*>/g) ?? []
    expect(links).toHaveLength(2)
    for (const link of links) expect(link).toContain('rel="noopener noreferrer nofollow"')
    for (const [name, html] of bodies) {
      expect([name, html.match(/\s(?:src|action)="(?!\/)[^"]*"/g)]).toEqual([name, null])
    }
  })

  it('has its language, one title, one h1, one main, a skip link, and lets people zoom', () => {
    for (const [name, response] of pages) {
      if (!isPage(response) || response.status === 303) continue
      const html = bodies.get(name) ?? ''
      expect(html.startsWith('<!doctype html>\n<html lang="en" dir="ltr">')).toBe(true)
      for (const tag of ['title', 'h1', 'main'])
        expect([name, html.match(new RegExp(`<${tag}[ >]`, 'g'))?.length]).toEqual([name, 1])
      expect(html).toContain('<a class="skip" href="#main">')
      expect(html).not.toMatch(/user-scalable|maximum-scale/)
    }
  })

  it('names the request, so that the log can be asked', () => {
    for (const { headers } of pages.values()) expect(headers.get('x-request-id')).toMatch(/^[\w-]{16,}$/)
  })
})

/** Requests without fetch, which would decompress. */
function getRaw(path: string, encoding: string): Promise<{ message: IncomingMessage; body: Buffer }> {
  return new Promise((resolve, reject) => {
    httpGet(new URL(path, server.url), { headers: { 'accept-encoding': encoding } }, message => {
      const chunks: Buffer[] = []
      message.on('data', chunk => chunks.push(chunk))
      message.on('end', () => resolve({ message, body: Buffer.concat(chunks) }))
    }).on('error', reject)
  })
}

describe('a built file', () => {
  let paths: string[]
  beforeAll(async () => {
    const html = await (await fetch(new URL('/login', server.url))).text()
    paths = html.match(/\/static\/build\/[^"]+/g) ?? []
  })

  it('is named by what it holds, and may be kept for ever', async () => {
    expect(paths.map(path => path.replace(/-[\w-]{8}\./, '-HASH.')).sort()).toEqual([
      '/static/build/app-HASH.css',
      '/static/build/app-HASH.js',
      '/static/build/form-help-HASH.js',
      '/static/build/sheet-HASH.css',
    ])
    for (const path of paths) {
      const response = await fetch(new URL(path, server.url))
      expect(response.headers.get('cache-control')).toBe('public,max-age=31536000,immutable')
      expect(response.headers.get('content-type')).toMatch(/^text\/(css|javascript)/)
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(response.headers.get('set-cookie')).toBeNull()
    }
  })

  it('comes compressed as the browser likes it, and is the same unpacked', async () => {
    for (const path of paths) {
      const plain = await getRaw(path, 'identity')
      expect(plain.message.headers['content-encoding']).toBeUndefined()
      const brotli = await getRaw(path, 'gzip, deflate, br')
      expect(brotli.message.headers['content-encoding']).toBe('br')
      expect(brotliDecompressSync(brotli.body).equals(plain.body)).toBe(true)
      const gzip = await getRaw(path, 'gzip')
      expect(gzip.message.headers['content-encoding']).toBe('gzip')
      expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true)
      for (const { message } of [plain, brotli, gzip]) expect(message.headers.vary).toBe('Accept-Encoding')
    }
  })
})

describe('behind https', () => {
  it('cookies are Secure, bound to the host, out of reach of scripts, and https is asked for', async () => {
    const secure = await startTestServer({ PUBLIC_URL: 'https://chat.example', TRUST_PROXY: '1' })
    try {
      const client = new HttpClient(secure.url)
      const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1' }
      const page = await client.get('/login', { headers })
      const [, token = ''] = /name="_csrf" value="([^"]+)"/.exec(await page.text()) ?? []
      const body = new URLSearchParams({ _csrf: token, email: 'bob@example.com', password: 'password123' })
      const answer = await client.request('POST', '/login', {
        body,
        headers: { ...headers, origin: 'https://chat.example' },
      })
      expect(answer.status).toBe(303)
      const cookies = [...page.headers.getSetCookie(), ...answer.headers.getSetCookie()]
      expect(cookies.map(cookie => cookie.split('=')[0])).toEqual(['__Host-csrf', '__Host-sid'])
      for (const cookie of cookies) {
        expect(cookie).toMatch(/; Secure/)
        expect(cookie).toMatch(/; HttpOnly/)
        expect(cookie).toMatch(/; Path=\//)
        expect(cookie).toMatch(/; SameSite=Lax/i)
        expect(cookie).not.toMatch(/; Domain/i)
      }
      expect(page.headers.get('strict-transport-security')).toBe('max-age=31536000')
      expect((await client.get('/chats', { headers })).status).toBe(200)
    } finally {
      await secure.stop()
    }
  })

  it('is not there on plain http: cookies come without Secure and by their plain names', async () => {
    const client = new HttpClient(server.url)
    const answer = await client.logIn('bob@example.com')
    const [cookie = ''] = answer.headers.getSetCookie()
    expect(cookie.split('=')[0]).toBe(server.cookieName('sid'))
    expect(cookie).toMatch(/=s%3A.*; HttpOnly; SameSite=Lax/)
    expect(cookie).not.toContain('Secure')
  })
})
