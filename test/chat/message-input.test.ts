import { describe, expect, it } from 'vitest'
import { idSchema, messageInput, nonceSchema, normaliseText } from '#src/chat/message-input.js'
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

describe('the length of a text', () => {
  const lengthOf = (text: string) => codeOf(Promise.resolve().then(() => normaliseText(text, 4)))

  it.each([
    ['as many units as are allowed', 'abcd', 'accepted'],
    ['one unit too many', 'abcde', 'message_too_long'],
    ['two units for each emoji', '😀😀', 'accepted'],
    ['two units for one emoji too many', '😀😀a', 'message_too_long'],
    ['one unit for each line end', 'ab\r\nd', 'accepted'],
    ['one unit for blanks too', '     ', 'message_too_long'],
  ])('is checked: %s', async (_title, text, code) => {
    expect(await lengthOf(text)).toBe(code)
  })
})

describe('the line ends of a text', () => {
  it.each([
    ['a\r\nb', 'a\nb'],
    ['a\rb', 'a\nb'],
    ['a\nb', 'a\nb'],
    ['a\r\n\r\rb\r', 'a\n\n\nb\n'],
  ])('become LF: %j', (typed, text) => {
    expect(stored(typed)).toBe(text)
  })
})

describe('a text with white space', () => {
  it('keeps its tabs and the spaces around it', () => {
    expect(stored('\t a \t')).toBe('\t a \t')
  })
})

describe.each([
  ['a nonce', nonceSchema, 'nonce_invalid'],
  ['an id', idSchema, 'id_invalid'],
])('%s', (_name, schema, code) => {
  const problemOf = (value: unknown) => schema.safeParse(value).error?.issues.map(({ message }) => message) ?? []

  it.each(['a', 'AZaz09_-', 'x'.repeat(64)])('may be %j', value => {
    expect(problemOf(value)).toEqual([])
  })

  it.each(['', 'x'.repeat(65), 'a b', 'a\n', '\na', 'ä', 'a/b', 'a.b'])('may not be %j', value => {
    expect(problemOf(value)).toEqual([code])
  })

  it.each([undefined, null, 7])('is required, not %j', value => {
    expect(problemOf(value)).toEqual(['required'])
  })
})

describe('what a person sends', () => {
  it('is taken as it came', () => {
    const input = { content: ' a\r\n', nonce: 'n', imageId: 'picture' }
    expect(messageInput.parse(input)).toEqual(input)
  })

  it('may be without content and picture', () => {
    expect(messageInput.parse({ nonce: 'n' })).toEqual({ content: '', nonce: 'n' })
  })

  it('may have an empty field for a picture, as a form sends it', () => {
    expect(messageInput.parse({ nonce: 'n', imageId: '' })).toEqual({ content: '', nonce: 'n', imageId: '' })
  })

  it.each([
    ['a content that is no text', { content: 1, nonce: 'n' }, 'text_invalid'],
    ['no nonce', { content: 'a' }, 'required'],
  ])('may not have %s', (_what, input, code) => {
    expect(messageInput.safeParse(input).error?.issues.map(({ message }) => message)).toEqual([code])
  })

  it('may not have a picture that no server could have named', () => {
    expect(messageInput.safeParse({ nonce: 'n', imageId: 'a/b' }).success).toBe(false)
  })
})
