import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import {
  accountsUrl,
  bearerToken,
  duration,
  flag,
  hostName,
  oneOf,
  origin,
  origins,
  secret,
  wholeNumber,
} from '#src/setting-checks.js'

/** What a check makes of a value, or what it says must stand there. */
function read(check: z.ZodType, value: string): unknown {
  const { success, data, error } = check.safeParse(value)
  return success ? data : `! ${error.issues[0]?.message}`
}

const refused = expect.stringMatching(/^! /)

describe('a whole number', () => {
  const check = wholeNumber(0, 100, 'doublings')
  it.each([
    ['0', 0],
    ['7', 7],
    ['100', 100],
  ])('may be %s', (value, number) => {
    expect(read(check, value)).toBe(number)
  })

  it.each(['101', '-1', '+1', '1.0', '1e1', '07', ' 7', '7 ', '', 'x', '0x1', '٧'])('may not be %j', value => {
    expect(read(check, value)).toBe('! a whole number from 0 to 100 (doublings)')
  })

  it('may not be under its least', () => {
    expect([read(wholeNumber(5, 9, 'x'), '5'), read(wholeNumber(5, 9, 'x'), '4')]).toEqual([5, refused])
  })
})

describe('a word', () => {
  it('is one of few', () => {
    expect([read(oneOf(['a', 'b']), 'b'), read(oneOf(['a', 'b']), 'c')]).toEqual(['b', '! one of a, b'])
    expect(read(oneOf(['a']), 'c')).toBe('! a')
  })

  it('is true or false, and nothing like them', () => {
    expect(['true', 'false', 'TRUE', '1', 'yes', ''].map(value => read(flag, value))).toEqual([
      true,
      false,
      ...Array(4).fill('! true or false'),
    ])
  })
})

describe('a secret', () => {
  it('has 32 characters at least', () => {
    const value = 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'
    expect([read(secret, value), read(secret, value.slice(1)), read(secret, 'changeme'.repeat(5))]).toEqual([
      value,
      refused,
      refused,
    ])
  })

  it('is for a token eight letters, digits and signs without spaces', () => {
    for (const value of ['12345678', '!~abcdef']) expect(read(bearerToken, value)).toBe(value)
    for (const value of ['1234567', '1234 5678', 'umläute8', '\x7f2345678'])
      expect(read(bearerToken, value)).toEqual(refused)
  })
})

describe('an origin', () => {
  const hrefOf = (value: string) => {
    const url = read(origin, value)
    return url instanceof URL ? url.origin : url
  }
  it.each([
    ['https://chat.example.com', 'https://chat.example.com'],
    ['https://chat.example.com/', 'https://chat.example.com'],
    ['HTTP://Chat.example.com:80', 'http://chat.example.com'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
  ])('may be %s', (value, shown) => {
    expect(hrefOf(value)).toBe(shown)
  })

  it.each([
    'chat.example.com',
    'ftp://a.example',
    'https://a.example/x',
    'https://u:p@a.example',
    'https://a.example?x',
    'https://a.example#x',
    '',
  ])('may not be %j', value => {
    expect(hrefOf(value)).toEqual(refused)
  })

  it('may be one of several, with commas between', () => {
    expect(read(origins, 'https://a.example, http://b.example:80')).toEqual(['https://a.example', 'http://b.example'])
    expect([read(origins, 'https://a.example,'), read(origins, 'https://a.example;https://b.example')]).toEqual([
      refused,
      refused,
    ])
  })
})

describe('a duration', () => {
  it.each([
    ['1', 1],
    ['90s', 90],
    ['15m', 900],
    ['24h', 86_400],
    ['7d', 604_800],
    ['365d', 31_536_000],
  ])('may be %s', (value, seconds) => {
    expect(read(duration, value)).toBe(seconds)
  })

  it.each(['0', '366d', '31536001', '1w', '1 h', '-1', '1.5h', 'h', '', '01'])('may not be %j', value => {
    expect(read(duration, value)).toBe('! from 1 second to 365 days, written like 24h, 15m, 7d or 3600 (seconds)')
  })
})

describe('where to listen, and where accounts are', () => {
  it('is an address or a host name', () => {
    for (const value of ['127.0.0.1', '::', 'localhost', 'chat-1.example.com', 'a'])
      expect(read(hostName, value)).toBe(value)
    for (const value of ['', '-a', 'a-', 'a b', 'http://a', 'a:80', 'a_b'])
      expect(read(hostName, value)).toEqual(refused)
  })

  it.each([
    ['memory:', null],
    ['file:./data/accounts.json', './data/accounts.json'],
    ['file:/data/accounts.json', '/data/accounts.json'],
    ['file:///data/accounts.json', '/data/accounts.json'],
    ['file:accounts', 'accounts'],
  ])('is %s', (value, path) => {
    expect(read(accountsUrl, value)).toBe(path)
  })

  it.each(['', 'memory', 'file:', 'file:data/', 'file:a\0b', './accounts.json', 'redis://a'])('is not %j', value => {
    expect(read(accountsUrl, value)).toBe(
      '! memory: or file: and the path of a file, such as file:./data/accounts.json',
    )
  })
})
