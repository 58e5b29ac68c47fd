import { describe, expect, it } from 'vitest'
import { describeError } from '#src/ops/error-log.js'

describe('an error in the log', () => {
  it('is its type, its code, its status and where it happened', () => {
    const error = Object.assign(new RangeError('words'), { code: 'EX', status: 503, syscall: 'open' })
    const described = describeError(error)
    expect(described).toEqual({
      type: 'RangeError',
      code: 'EX',
      status: 503,
      syscall: 'open',
      frames: expect.arrayContaining([expect.stringMatching(/^at .*error-log\.test/)]),
    })
    expect(JSON.stringify(described)).not.toContain('words')
  })

  it('has none of them that is of another kind, nor any that its class could work out', () => {
    class Odd extends Error {
      get code() {
        return 'worked out'
      }
    }
    expect(describeError(new Odd('x'))).toEqual({ type: 'Odd', frames: expect.any(Array) })
    const odd = Object.assign(new Error('x'), { code: { a: 1 }, status: '503', syscall: 5 })
    expect(describeError(odd)).toEqual({ type: 'Error', frames: expect.any(Array) })
    expect(describeError(Object.assign(new Error('x'), { code: 5 }))).toMatchObject({ code: 5 })
  })

  it('has only the lines of its stack that name places, though its words look like some', () => {
    const error = new Error('first\n    at PLANTED (file.js:1:1)\n    at last')
    error.stack = `Error: ${error.message}\n    at real (file.js:2:2)\n  at indented\nsomething else\n    at more (file.js:3:3)`
    expect(describeError(error)).toEqual({ type: 'Error', frames: ['at real (file.js:2:2)', 'at more (file.js:3:3)'] })
    const wordless = new Error('')
    wordless.stack = 'Error\n    at real (file.js:2:2)'
    expect(describeError(wordless).frames).toEqual(['at real (file.js:2:2)'])
  })

  it('has three causes at most', () => {
    const chain = ['c4', 'c3', 'c2', 'c1', 'c0'].reduce<Error | undefined>(
      (cause, code) => Object.assign(new Error('x', { cause }), { code }),
      undefined,
    )
    const codes: unknown[] = []
    for (let each = describeError(chain); ; each = each.cause) {
      codes.push(each.code)
      if (!each.cause) break
    }
    expect(codes).toEqual(['c0', 'c1', 'c2', 'c3'])
    expect(describeError(new Error('x', { cause: 'words' }))).not.toHaveProperty('cause')
  })

  it('is the kind of value where it is no error', () => {
    expect(describeError('words')).toEqual({ type: 'string', frames: [] })
    expect(describeError(null)).toEqual({ type: 'object', frames: [] })
  })
})
