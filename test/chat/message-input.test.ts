import { describe, expect, it } from 'vitest'
import { normaliseText } from '#src/chat/message-input.js'
import { codeOf } from '../support/engine/world.js'

const stored = (text: string) => normaliseText(text, 5000)
const refused = (text: string) => codeOf(Promise.resolve(text).then(stored))

describe('a text', () => {
  it.each([
    '',
    ' \t\r\n\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000\ufeff',
    '\u200b',
    '\u200c\u200d\u200e\u200f',
    '\u2060\u2061\u2062\u2063\u2064\u2065',
    '\u202e',
    '\u202a\u202b\u202c\u202d\u2066\u2067\u2068\u2069\u061c',
    '\u00ad\u034f\u180b\u180e',
    '\u115f\u1160\u3164\uffa0',
    '\u17b4\u17b5',
    '\u2800\u2800',
    '\ufe0f',
    '\ufe00\u{e0100}\u{e01ef}',
    '\u{e0001}\u{e0061}\u{e007f}',
    '\u{1d173}\u{1d17a}\u{1bca0}',
    '\ufff9\ufffa\ufffb\uffff',
    ' \u200b\n\u3164 \u2800\u{e0020}\u202e\t\ufe0f ',
  ])('of nothing visible is stored as nothing: %j', text => {
    expect(stored(text)).toBe('')
  })

  it.each([
    'a',
    '\u200bx\u202e',
    '.',
    '❤️',
    '👨‍👩‍👧‍👦',
    '#️⃣',
    '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}',
    '\u0600',
    '\u00a0\u0301',
    '\uf8ff',
    '\u28ff',
    'می\u200cخواهم',
  ])('with something visible is stored as typed: %j', text => {
    expect(stored(text)).toBe(text)
  })

  it.each(['\ud800', 'a\udfff', '\udc00\ud800', '😀\ud83d', 'a\u0000', '\u009f'])('is refused for %j', async text => {
    expect(await refused(text)).toBe('message_invalid')
  })
})
