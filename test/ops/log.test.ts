import { createServer, get, type Server } from 'node:http'
import express, { type ErrorRequestHandler } from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { createLog } from '#src/ops/log.js'
import { logRequests } from '#src/ops/request-log.js'

const mark = 'PLANTED'

/** A log that keeps what it would write. */
function capture() {
  const lines: string[] = []
  const log = createLog('trace', { write: line => void lines.push(line) })
  return { log, text: () => lines.join(''), entries: () => lines.map(line => JSON.parse(line)) }
}

describe('what the log never holds', () => {
  it('is blanked under its name, at any depth', () => {
    const { log, text } = capture()
    const secrets = { password: mark, Email: mark, token: mark, cookie: mark, content: mark, text: mark, message: mark }
    log.info(secrets, 'flat')
    log.info({ one: { two: { three: [{ four: secrets }] } } }, 'deep')
    log.info({ headers: { authorization: mark }, body: { anything: mark }, url: `/chats/${mark}` }, 'request')
    log.child({ email: mark, requestId: 'r1' }).warn({ currentPassword: mark, newPassword: mark }, 'child')
    expect(text()).not.toContain(mark)
    expect(text()).toContain('"requestId":"r1"')
  })

  it('is not in the words of an error, its fields or its causes', () => {
    const { log, text, entries } = capture()
    const cause = new TypeError(`${mark} is not iterable`)
    const error = Object.assign(new SyntaxError(`Unexpected "${mark}"\n    at ${mark} (file.js:1:1)`, { cause }), {
      body: mark,
      input: mark,
      status: 400,
      code: 'entity.parse.failed',
    })
    log.error(error)
    log.error({ err: error })
    log.error({ failure: error }, 'other name')
    log.error({ deep: { list: [error] } }, 'deep')
    log.error(error, 'with text')
    log.child({ err: error }).error('child')
    expect(text()).not.toContain(mark)
    expect(entries()[0].err).toMatchObject({
      type: 'SyntaxError',
      code: 'entity.parse.failed',
      status: 400,
      cause: { type: 'TypeError' },
    })
    expect(entries()[0].err.frames[0]).toContain('log.test')
    expect(entries()[4].msg).toBe('with text')
  })

  it('is not in a parse error as the runtime words it', () => {
    const { log, text } = capture()
    try {
      JSON.parse(`${mark} hello`)
    } catch (error) {
      log.error(error)
    }
    expect(text()).toContain('SyntaxError')
    expect(text()).not.toContain(mark)
  })

  it('is not in objects that nobody can see through', () => {
    const { log, text } = capture()
    class Draft {
      readonly words = mark
    }
    log.info({ draft: new Draft(), other: new Draft(), bytes: Buffer.from(mark), map: new Map([[mark, mark]]) }, 'x')
    expect(text()).not.toContain(mark)
    expect(text()).not.toContain('words')
    expect(text()).not.toContain(JSON.stringify([...Buffer.from(mark)]))
  })
})

describe('an ordinary line', () => {
  it('is one JSON object with its level, time and text', () => {
    const { log, entries } = capture()
    log.info({ rooms: 3, nothing: null, list: [1, 'a'], at: new Date(0) }, 'counted %d', 3)
    expect(entries()).toEqual([
      expect.objectContaining({
        level: 'info',
        time: expect.stringMatching(/^\d{4}-/),
        rooms: 3,
        nothing: null,
        list: [1, 'a'],
        msg: 'counted 3',
      }),
    ])
  })

  it('is not written below its level', () => {
    const lines: string[] = []
    createLog('silent', { write: line => void lines.push(line) }).fatal('nothing')
    expect(lines).toEqual([])
  })
})

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** Serves pages behind the request log; asking answers once the line is written. */
async function serve() {
  const captured = capture()
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
