import express from 'express'
import { describe, expect, it, vi } from 'vitest'
import type { OpenApi } from '#src/api/openapi.js'
import { errorTable } from '#src/chat/errors.js'
import { apiDocs } from '#src/web/api-docs-page.js'
import { serveApp } from '../support/served-app.js'
import { startTestServer } from '../support/test-server.js'

it('the description of the API is rendered once in each language, however often strangers ask for it', async () => {
  const server = await startTestServer()
  const replaced = vi.spyOn(String.prototype, 'replace')
  /** No page is rendered without escaping. */
  const countEscaped = () => replaced.mock.calls.filter(([what]) => String(what) === String(/[&<>"']/g)).length
  try {
    const ask = async (language: string) => {
      const response = await fetch(`${server.url}/api/docs`, { headers: { 'accept-language': language } })
      return { said: response.headers.get('content-language'), page: await response.text() }
    }
    const [english, german] = [await ask('en'), await ask('de')]
    expect([english.said, german.said]).toEqual(['en', 'de'])
    expect(german.page).not.toBe(english.page)
    expect(countEscaped()).toBeGreaterThan(0)
    replaced.mockClear()
    for (let times = 0; times < 3; times += 1) {
      expect([await ask('en'), await ask('de')]).toEqual([english, german])
    }
    expect(countEscaped()).toBe(0)
  } finally {
    replaced.mockRestore()
    await server.stop()
  }
})

describe('the page says of the API', () => {
  const text = { type: 'string' }
  const pretty = '{&quot;type&quot;: &quot;string&quot;}'
  const api: OpenApi = {
    ...{ openapi: '3.1.0', info: {}, servers: [] },
    paths: {
      '/notes/{id}': {
        get: {
          ...{ operationId: 'readNote', summary: 'Reads a note', security: [] },
          parameters: [{ name: 'id', in: 'path', required: true, schema: text }],
          responses: { 200: { description: 'The `note`.', content: { 'application/json': { schema: text } } } },
        },
        post: {
          ...{ operationId: 'changeNote', summary: 'Changes a note', security: [{ token: [] }], parameters: [] },
          requestBody: { required: true, content: { 'application/json': { schema: text } } },
          responses: { 204: { description: 'Changed.' } },
        },
      },
    },
    components: { schemas: { Note: text }, securitySchemes: {} },
  }
  /** The page in one line, its white space in schemas left out. */
  async function show(): Promise<string> {
    const showDocs = apiDocs(() => api)
    const app = express().use((request, response) => {
      request.account = null
      showDocs(request, response)
    })
    return (await (await fetch(await serveApp(app))).text()).replace(/\n */g, '')
  }

  it('each operation, with its parameters, bodies and answers', async () => {
    const sections = (await show()).split('<section').slice(1)
    expect(sections).toHaveLength(2)
    const [read = '', change = ''] = sections
    expect(read).toContain('<h2 id="readNote"><code lang="en" dir="ltr">GET /api/notes/{id}</code></h2>')
    expect(read).toContain('Reads a note.</bdi> No log-in needed.')
    expect(read).toMatch(/Parameter <code[^>]*>id<\/code><\/h3><pre[^>]*>{&quot;type&quot;/)
    expect(read).not.toContain('Request body')
    expect(read).toMatch(/<code[^>]*>200<\/code><\/dt><dd><bdi[^>]*>The note.<\/bdi><pre[^>]*>{&quot;type&quot;/)
    expect(change).toContain('<code lang="en" dir="ltr">POST /api/notes/{id}</code>')
    expect(change).toMatch(/<pre[^>]*>{&quot;type&quot;.*204<\/code><\/dt><dd><bdi[^>]*>Changed.<\/bdi><\/dd>/)
    expect(change).toContain('Changes a note.</bdi> Requires log-in.')
  })

  it('each schema', async () => {
    expect(await show()).toContain(`Note</code></h3><pre lang="en" dir="ltr" tabindex="0">${pretty}</pre>`)
  })

  it('each refusal with its status and sentence, in the order of their codes', async () => {
    const page = await show()
    const problems = [...page.matchAll(/<dt id="(\w+)"><code[^>]*>(\w+)<\/code> \((\d+)\)<\/dt>/g)]
    expect(problems.map(([, id]) => id)).toEqual(Object.keys(errorTable).sort())
    expect(problems.map(([, id = '', code, status]) => [code === id, Number(status)])).toEqual(
      Object.entries(errorTable)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, { status }]) => [true, status]),
    )
    expect(page).toContain('(409)</dt><dd><bdi lang="en">This is already taken.</bdi></dd>')
  })
})
