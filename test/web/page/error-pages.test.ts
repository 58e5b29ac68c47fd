import express, { type RequestHandler } from 'express'
import { describe, expect, it, vi } from 'vitest'
import { ChatError } from '#src/chat/errors.js'
import * as renderer from '#src/rendering/renderer.js'
import { errorPages } from '#src/web/page/error-pages.js'
import { captureLog } from '../../support/captured-log.js'
import { serveApp } from '../../support/served-app.js'

/** The answer to a request that fails with this error. */
async function failWith(error: unknown, headers: Record<string, string> = {}, before?: RequestHandler) {
  const { log, entries } = captureLog()
  const identify: RequestHandler = (request, response, next) => {
    request.account = null
    response.locals.requestId = 'request-1'
    next()
  }
  const fail: RequestHandler = () => {
    throw error
  }
  const app = express().use(identify, ...(before ? [before] : []), fail, errorPages(log))
  app.set('env', 'test')
  const answer = await fetch(await serveApp(app), { headers })
  return { answer, html: await answer.text(), entries: entries() }
}

describe('the page of an error', () => {
  it('says a refusal in words, with its status and when to come back, and leaves the log alone', async () => {
    const { answer, html, entries } = await failWith(new ChatError('rate_limited', 4001))
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '5'])
    expect(html).toContain(
      '<h1>Something went wrong</h1><p>You&#39;re going too fast. Wait 5 seconds and try again.</p>',
    )
    expect(entries).toEqual([])
  })

  it('has a title of its own where nothing is', async () => {
    const { answer, html } = await failWith(new ChatError('not_found'))
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([404, null])
    expect(html).toContain('<h1>Page not found</h1><p>There&#39;s nothing here, or it&#39;s already gone.</p>')
  })

  it('is in the language of the browser', async () => {
    const { html } = await failWith(new ChatError('not_found'), { 'accept-language': 'de' })
    expect(html).toContain('<html lang="de"')
  })

  it('shows of a fault its number alone, and the log has the rest', async () => {
    const fault = new Error('a secret')
    const { answer, html, entries } = await failWith(fault)
    expect(answer.status).toBe(500)
    expect(html).toContain('give this number to the person who runs this server: request-1')
    expect(html).not.toContain('secret')
    expect(entries).toEqual([
      expect.objectContaining({
        level: 'error',
        msg: 'a request failed',
        requestId: 'request-1',
        err: expect.objectContaining({ type: 'Error' }),
      }),
    ])
  })

  it('tells a refusal of a package from a fault', async () => {
    const { answer, entries } = await failWith(Object.assign(new Error('a secret'), { status: 413 }))
    expect([answer.status, entries]).toEqual([413, []])
  })
})

describe('a part of a page that is refused', () => {
  const asPart = { 'hx-request': 'true' }

  it('is announced where the page is', async () => {
    const { answer, html } = await failWith(new ChatError('rate_limited', 1000), asPart)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '1'])
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(html).toBe(
      '<hx-partial id="announcer" hx-swap="beforeend"><p dir="auto">You&#39;re going too fast. Wait 1 second and try again.</p></hx-partial>',
    )
  })

  it.each([
    ['what it asked about is gone', new ChatError('not_found'), asPart, 404],
    ['it failed by a fault', new Error('fault'), asPart, 500],
    ['it was asked for as a page', new ChatError('conflict'), { 'hx-request': 'false' }, 409],
  ])('is a page when %s', async (_what, error, headers, status) => {
    const { answer, html } = await failWith(error, headers)
    expect([answer.status, html.startsWith('<!doctype html>')]).toEqual([status, true])
  })
})

describe('an error that no page can show', () => {
  it('is said in plain text with its number, and the log has both', async () => {
    const render = vi.spyOn(renderer, 'render').mockImplementation(() => {
      throw new Error('no template')
    })
    const { answer, html, entries } = await failWith(new ChatError('conflict'))
    render.mockRestore()
    expect([answer.status, answer.headers.get('content-type')]).toEqual([500, 'text/plain; charset=utf-8'])
    expect(html).toBe('Something went wrong on our side: request-1')
    expect(entries).toEqual([
      expect.objectContaining({ level: 'error', msg: 'an error page could not be rendered', requestId: 'request-1' }),
    ])
  })

  it('ends an answer that has begun', async () => {
    const begin: RequestHandler = (_request, response, next) => {
      response.write('begun')
      next()
    }
    await expect(failWith(new ChatError('conflict'), {}, begin)).rejects.toThrow()
  })
})
