import { describe, expect, it } from 'vitest'
import { createLog } from '#src/ops/log.js'
import { captureLog } from '../support/captured-log.js'

const mark = 'PLANTED'

describe('what the log never holds', () => {
  it('is blanked under its name, at any depth', () => {
    const { log, text } = captureLog()
    const secrets = { password: mark, Email: mark, token: mark, cookie: mark, content: mark, text: mark, message: mark }
    log.info(secrets, 'flat')
    log.info({ one: { two: { three: [{ four: secrets }] } } }, 'deep')
    log.info({ headers: { authorization: mark }, body: { anything: mark }, url: `/chats/${mark}` }, 'request')
    log.child({ email: mark, requestId: 'r1' }).warn({ currentPassword: mark, newPassword: mark }, 'child')
    expect(text()).not.toContain(mark)
    expect(text()).toContain('"requestId":"r1"')
  })

  it('is not in the words of an error, its fields or its causes', () => {
    const { log, text, entries } = captureLog()
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
    const { log, text } = captureLog()
    try {
      JSON.parse(`${mark} hello`)
    } catch (error) {
      log.error(error)
    }
    expect(text()).toContain('SyntaxError')
    expect(text()).not.toContain(mark)
  })

  it('is not in objects that nobody can see through', () => {
    const { log, text } = captureLog()
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
    const { log, entries } = captureLog()
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
