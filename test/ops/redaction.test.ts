import { describe, expect, it } from 'vitest'
import { censor, redact } from '#src/ops/redaction.js'
import { captureLog } from '../support/captured-log.js'

/** Written out here, so that a name that goes from the list of the source is missed. */
const names =
  `_csrf alt authorization body content cookie cookies csrf-token currentPassword draft email headers input jwt
  message messages newPassword originalUrl password passwordHash path query secret session sessionID text token url`.split(
    /\s+/,
  )

describe('what has a forbidden name', () => {
  it.each(names)('is blanked as %s: in a line, at any depth, in capitals, and bound to a child logger', name => {
    const value = 'PLANTED'
    expect(redact({ [name]: value })).toEqual({ [name]: '[redacted]' })
    expect(redact({ [name.toUpperCase()]: value })).toEqual({ [name.toUpperCase()]: '[redacted]' })
    expect(redact({ list: [{ deep: { [name]: { more: value } } }] })).toEqual({ list: [{ deep: { [name]: censor } }] })
    const { log, text } = captureLog()
    log.child({ [name]: value }).info({ [name]: value }, 'line')
    expect(text()).not.toContain(value)
  })
})

describe('what else a line holds', () => {
  it('stays as it is', () => {
    const date = new Date(0)
    const fields = { rooms: 3, nothing: null, isFull: false, list: ['a', { code: 'x' }], date, none: undefined }
    expect(redact(fields)).toEqual(fields)
    expect(redact(Object.assign(Object.create(null), { code: 'x' }))).toEqual({ code: 'x' })
  })

  it('is blanked from the eighth level on', () => {
    const nest = (depth: number): object => (depth === 0 ? { end: 1 } : { n: nest(depth - 1) })
    expect(JSON.stringify(redact(nest(6)))).toContain('"end":1')
    expect(JSON.stringify(redact(nest(7)))).toContain('[redacted]')
    expect(JSON.stringify(redact(nest(7)))).not.toContain('end')
  })

  it('is named by its class alone where it may hold anything', () => {
    class Draft {
      readonly words = 'PLANTED'
    }
    const redacted = redact({ one: new Draft(), bytes: Buffer.from('PLANTED'), map: new Map(), work: new Set() })
    expect(redacted).toEqual({ one: '[Draft]', bytes: '[Buffer]', map: '[Map]', work: '[Set]' })
  })

  it('is an error without its words', () => {
    expect(redact({ failure: new TypeError('PLANTED') })).toMatchObject({ failure: { type: 'TypeError' } })
    expect(JSON.stringify(redact({ list: [new Error('PLANTED')] }))).not.toContain('PLANTED')
  })
})
