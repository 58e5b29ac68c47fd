// Long because every case of one behaviour stands here.
import { describe, expect, it } from 'vitest'
import {
  loginInput,
  parseInput,
  passwordChangeInput,
  passwordResetInput,
  registrationInput,
} from '#src/accounts/account-input.js'
import { isReserved } from '#src/accounts/reserved-names.js'
import { InvalidInput } from '#src/chat/errors.js'
import { languages } from '#src/languages.js'
import { translator } from '#src/rendering/sentences.js'

const good = { username: 'mallory', email: 'mallory@example.com', password: 'correct horse' }

/** The errors of a registration, by field. */
function refusalOf(changes: Record<string, unknown>): Readonly<Record<string, string>> {
  return refusedFields(() => parseInput(registrationInput, { ...good, ...changes }))
}

function refusedFields(work: () => unknown): Readonly<Record<string, string>> {
  try {
    work()
  } catch (error) {
    if (error instanceof InvalidInput) return error.fields
    throw error
  }
  return {}
}

describe('a username', () => {
  it.each([
    'bob',
    'a.b-c_d',
    '_1_',
    'Ünïcödé',
    'x'.repeat(30),
    'дмитрий_7',
    'Ελένη',
    'さくら桜サクラ',
    'ラーメン',
    '김철수',
    '金철수',
    '李小龙',
    'עוזיאל',
    'محمد',
    'हिन्दी',
    'श्रीकृष्ण',
    'आँचल',
    'မြန်မာ',
    'ကျော်မြွှေ',
    'ខ្មែរ',
    'ស្រ៊ីណា',
    'தமிழ்',
    'Nguyễn',
    'ᾍδης',
    'مُحَمَّد',
    'Zoe\u0308\u0301',
    'me2',
    'administra',
    'สมชาย',
    'Łukasz99',
    '𠮷野家',
  ])('may be %s', name => {
    expect(refusalOf({ username: name })).toEqual({})
  })

  it.each([
    'ab',
    'x'.repeat(31),
    'two words',
    'a@b',
    'a/b',
    '<b>x</b>',
    '...',
    '_-_',
    '-.-.-',
    'ʼʼʼ',
    'ːːː',
    'ーーー',
    'smile😀',
    'half\ud800',
    'a\u0301\u0302\u0303bc',
    'bcế\u0323\u0301',
    `a${'\u0300'.repeat(9)}b${'\u0301'.repeat(9)}c${'\u0302'.repeat(9)}`,
    'กข\u0e48\u0301\u0e48\u0301\u0e48\u0301',
    'tab\tname',
    'line\nname',
    'zero\u200bwidth',
    'ali\ufe0fce',
    '\u202eevil',
    'a\u3164b\u3164',
    '\u0301abc',
  ])('may not be %j', name => {
    expect(refusalOf({ username: name })).toEqual({ username: 'username_invalid' })
  })

  it.each(['аlice', 'bоb', 'pαul', 'boб', 'aさくら', 'さくら김', '\u{1d41a}лиса'])(
    'may not mix scripts as %s does',
    name => {
      expect(refusalOf({ username: name })).toEqual({ username: 'username_mixed_scripts' })
    },
  )

  it.each([
    'admin',
    'ADMIN',
    'Admin',
    'adrnin',
    'ADMlN',
    'ádmin',
    'admin.',
    'a_d_m_i_n',
    'ａｄｍｉｎ',
    'administrator',
    'operator',
    'OPERAT0R',
    'moderator',
    'support',
    'system',
    'r00t',
    'you',
    'y0u',
    'уоu',
    'уоυ',
    'me_',
    'everyone',
    'أنت',
  ])('may not be %s, which is reserved or looks so', name => {
    expect(['username_reserved', 'username_mixed_scripts']).toContain(refusalOf({ username: name }).username)
  })

  it.each(languages)('may not be what a person is called to themselves in %s', language => {
    expect(isReserved(translator(language)('chat.you'))).toBe(true)
  })

  it('is kept in composed form, without the spaces around it', () => {
    expect(parseInput(registrationInput, { ...good, username: ' Zoe\u0308 ' }).username).toBe('Zo\u00eb')
  })
})

describe('an e-mail address', () => {
  it.each([
    'a@example.com',
    'A.B+tag@sub.example.co.uk',
    "o'neil@example.org",
    'jörg@müller.example',
    'x_1@ex-ample.com',
  ])('may be %s', email => {
    expect(refusalOf({ email })).toEqual({})
  })

  it.each([
    'example.com',
    'a@',
    '@example.com',
    'a@b',
    'a b@example.com',
    'a@@example.com',
    'a@example..com',
    'a@-example.com',
    'a@example.com.',
    '.a@example.com',
    'a..b@example.com',
    'a@exa mple.com',
    'a\n@example.com',
    'a\ud800@example.com',
    'a@exa\udc00mple.com',
    'Eve <eve@example.com>',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b.'.repeat(130)}com`,
  ])('may not be %j', email => {
    expect(refusalOf({ email })).toEqual({ email: 'email_invalid' })
  })

  it('is kept as typed, without the spaces around it', () => {
    expect(parseInput(registrationInput, { ...good, email: ' Mallory@Example.com ' }).email).toBe('Mallory@Example.com')
  })
})

describe('a password', () => {
  it.each([
    ['1234567', 'password_short'],
    ['😀😀😀😀', 'password_short'],
    ['a'.repeat(73), 'password_long'],
    ['é'.repeat(37), 'password_long'],
    ['', 'required'],
  ])('may not be %j', (password, key) => {
    expect(refusalOf({ password })).toEqual({ password: key })
  })

  it.each(['12345678', 'a'.repeat(72), 'é'.repeat(36), '        '])('may be %j', password => {
    expect(refusalOf({ password })).toEqual({})
  })
})

describe('input of any kind', () => {
  it.each([undefined, null, {}, { username: 1, email: [], password: {} }, 'text'])('as %j names every field', input => {
    expect(Object.keys(refusedFields(() => parseInput(registrationInput, input)))).not.toEqual([])
  })

  it('says all that is wrong at once', () => {
    expect(refusalOf({ username: '', email: 'x', password: 'short' })).toEqual({
      username: 'required',
      email: 'email_invalid',
      password: 'password_short',
    })
  })

  it('logs in with any password that is one', () => {
    expect(parseInput(loginInput, { email: 'a@example.com', password: 'x' })).toMatchObject({ password: 'x' })
    expect(refusedFields(() => parseInput(loginInput, { email: 'nobody', password: '' }))).toEqual({
      email: 'email_invalid',
      password: 'required',
    })
  })
})

describe('the limits of each field', () => {
  const local = (length: number) => `${'a'.repeat(length)}@example.com`
  it('are those of an e-mail address: 64 characters before the sign, 254 in all, 63 in a label', () => {
    expect([refusalOf({ email: local(64) }), refusalOf({ email: local(65) })]).toEqual([{}, { email: 'email_invalid' }])
    const label = 'b'.repeat(63)
    const long = (last: number) => `a@${label}.${label}.${label}.${'c'.repeat(last)}`
    expect([long(60).length, refusalOf({ email: long(60) })]).toEqual([254, {}])
    expect(refusalOf({ email: long(61) })).toEqual({ email: 'email_invalid' })
    expect(refusalOf({ email: `a@${label}b.com` })).toEqual({ email: 'email_invalid' })
    expect(refusalOf({ email: 'a@b.c' })).toEqual({ email: 'email_invalid' })
    expect(refusalOf({ email: 'a@b.co' })).toEqual({})
  })

  it.each(['a"b', 'a(b', 'a,b', 'a:b', 'a;b', 'a<b', 'a[b', 'a\\b', 'a]b', 'a.', '\u0007'])(
    'are none of these characters before the sign: %j',
    name => {
      expect(refusalOf({ email: `${name}@example.com` })).toEqual({ email: 'email_invalid' })
    },
  )

  it.each(['exa_mple.com', 'example-.com', 'example.com-', '-a.com', '.com', 'com', 'a..com', '\u0301a.com'])(
    'are no such domain: %j',
    domain => {
      expect(refusalOf({ email: `a@${domain}` })).toEqual({ email: 'email_invalid' })
    },
  )

  it('are said one by one: an empty field is missing, and one without spaces empty', () => {
    expect(refusalOf({ username: '  ', email: ' ', password: undefined })).toEqual({
      username: 'required',
      email: 'required',
      password: 'required',
    })
    expect(refusalOf({ invite: 5 })).toEqual({ invite: 'invalid' })
    expect(parseInput(registrationInput, good).invite).toBe('')
  })

  it('are those of a new password in composed form', () => {
    // Eight letters with a mark each, typed as sixteen characters of 24 bytes.
    expect(refusalOf({ password: 'e\u0301'.repeat(7) })).toEqual({ password: 'password_short' })
    expect(refusalOf({ password: 'e\u0301'.repeat(36) })).toEqual({})
    expect(refusalOf({ password: 'e\u0301'.repeat(37) })).toEqual({ password: 'password_long' })
  })

  it('are the same where a password is changed, and none for the current one', () => {
    const change = (currentPassword: string, newPassword: string) =>
      refusedFields(() => parseInput(passwordChangeInput, { currentPassword, newPassword }))
    expect(change('x', 'long enough')).toEqual({})
    expect(change('', 'short')).toEqual({ currentPassword: 'required', newPassword: 'password_short' })
    expect(refusedFields(() => parseInput(passwordResetInput, { newPassword: 'a'.repeat(73) }))).toEqual({
      newPassword: 'password_long',
    })
    expect(parseInput(passwordResetInput, { newPassword: 'long enough' })).toEqual({ newPassword: 'long enough' })
  })
})
