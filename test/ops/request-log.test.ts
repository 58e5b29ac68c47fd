import { createServer, get, type Server } from 'node:http'
import express, { type ErrorRequestHandler } from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { logRequests } from '#src/ops/request-log.js'
import { captureLog } from '../support/captured-log.js'

const mark = 'PLANTED'

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** Serves pages behind the request log; asking answers once the line is written. */
async function serve() {
  const captured = captureLog()
  const app = express()
  app.use(logRequests(captured.log))
  const rooms = express.Router()
  rooms.get('/messages/:id', (_request, response) => void response.send('ok'))
  app.use('/chats/:room', rooms)
  app.post('/login', express.json(), (_request, response) => void response.sendStatus(204))
  app.get('/broken', () => {
    throw new Error(mark)
  })
  /** Settled once /slow is asked for, which is never answered. */
  const slowRequest = new Promise<void>(resolve => app.get('/slow', () => resolve()))
  app.get('/full', (_request, response) => void response.sendStatus(507))
  app.get('/whoami', (_request, response) => void response.send(response.locals.requestId))
  const onError: ErrorRequestHandler = (error, _request, response, _next) => {
    captured.log.error({ requestId: response.locals.requestId, err: error })
    response.sendStatus(error.status ?? 500)
  }
  app.use(onError)
  const server = createServer(app).listen(0, '127.0.0.1')
  servers.push(server)
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  const origin = `http://127.0.0.1:${address.port}`
  const requestLines = () => captured.entries().filter(entry => entry.msg === 'request')
  async function ask(path: string, init: RequestInit = {}): Promise<Response> {
    const before = requestLines().length
    const response = await fetch(origin + path, init)
    await expect.poll(() => requestLines().length).toBe(before + 1)
    return response
  }
  return { ...captured, origin, ask, requestLines, slowRequest }
}

describe('the line of a request', () => {
  it('tells the pattern of the route, never what stood in it', async () => {
    const { ask, text, requestLines } = await serve()
    const response = await ask(`/chats/${mark}/messages/${mark}?q=${mark}`, {
      headers: { cookie: `sid=${mark}`, authorization: `Bearer ${mark}`, 'user-agent': mark },
    })
    expect(text()).not.toContain(mark)
    expect(requestLines()[0]).toMatchObject({
      level: 'info',
      method: 'GET',
      route: '/chats/:id/messages/:id',
      status: 200,
      ms: expect.any(Number),
      requestId: response.headers.get('x-request-id'),
    })
  })

  it('holds nothing of a body, not even of one that could not be read', async () => {
    const { ask, text, requestLines } = await serve()
    const headers = { 'content-type': 'application/json' }
    await ask('/login', { method: 'POST', headers, body: JSON.stringify({ email: mark, password: mark }) })
    const response = await ask('/login', { method: 'POST', headers, body: `{"email": "${mark}"` })
    expect(response.status).toBe(400)
    expect(requestLines().map(({ status }) => status)).toEqual([204, 400])
    expect(text()).not.toContain(mark)
  })

  it('has the id that the error line and the answer carry', async () => {
    const { ask, text, entries } = await serve()
    const response = await ask('/broken')
    const id = response.headers.get('x-request-id')
    expect(entries().map(({ level, requestId }) => [level, requestId])).toEqual([
      ['error', id],
      ['error', id],
    ])
    expect(text()).not.toContain(mark)
    const first = await (await ask('/whoami')).text()
    const second = await (await ask('/whoami', { headers: { 'x-request-id': first } })).text()
    expect(second).toMatch(/^[0-9a-f-]{36}$/)
    expect(second).not.toBe(first)
  })

  it('is no error for a refusal, be it that there is no more room', async () => {
    const { ask, requestLines } = await serve()
    for (const path of ['/nowhere', '/full', '/broken']) await ask(path)
    expect(requestLines().map(({ level, status }) => [level, status])).toEqual([
      ['info', 404],
      ['info', 507],
      ['error', 500],
    ])
  })

  it('is written for what matches no route', async () => {
    const { ask, text, requestLines } = await serve()
    await ask(`/${mark}`)
    expect(requestLines()[0]).toMatchObject({ route: 'none', status: 404 })
    expect(text()).not.toContain(mark)
  })

  it('says when the client went away', async () => {
    const { origin, requestLines, slowRequest } = await serve()
    const request = get(`${origin}/slow`)
    request.on('error', () => undefined)
    await slowRequest
    request.destroy()
    await expect.poll(() => requestLines()).toEqual([expect.objectContaining({ route: '/slow', aborted: true })])
  })
})
