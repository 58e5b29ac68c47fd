import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newPair } from '../support/crowd.js'
import { startTestServer } from '../support/test-server.js'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const values = [
  'j:{"a":1}',
  'j:5',
  'j:[]',
  'j:null',
  'j:"x"',
  'j:{',
  '%',
  '%00',
  's:j:{"a":1}',
  '',
  '"',
  '[object Object]',
]
const pages = ['/', '/login', '/register', '/reset/x', '/chats', '/chats/x', '/nowhere', '/api/users']

describe('a cookie', () => {
  it.each(values)('of %j is no fault of the server, whatever its name and the page', async value => {
    const { ann } = await newPair(server.url)
    const { port } = new URL(server.url)
    const names = ['csrf', 'sid', 'with', 'deleted'].map(word => `${word}-${port}`)
    const odd: string[] = []
    for (const name of names) {
      for (const path of pages) {
        for (const method of ['GET', 'POST']) {
          for (const session of ['', ann.cookieHeader]) {
            const headers = { cookie: session ? `${session}; ${name}=${value}` : `${name}=${value}` }
            const { status } = await fetch(new URL(path, server.url), { method, headers, redirect: 'manual' })
            if (status >= 500) odd.push(`${method} ${path} ${name}: ${status}`)
          }
        }
      }
    }
    expect(odd).toEqual([])
  })
})
