// Long because every check of a setting is tested here.
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import {
  accountsUrl,
  bearerToken,
  contact,
  duration,
  flag,
  hostName,
  hostNames,
  httpProxy,
  oneOf,
  origin,
  origins,
  redisUrl,
  secret,
  wholeNumber,
} from '#src/setting-checks.js'

/** What a check makes of a text, or what it says must be, to follow "must be". */
function check(kind: z.ZodType, text: string): unknown {
  const { success, data, error } = kind.safeParse(text)
  return success ? data : { mustBe: error.issues[0]?.message }
}

describe('a whole number', () => {
  const kind = wholeNumber(2, 50, 'bytes')
  const mustBe = 'a whole number from 2 to 50 (bytes)'

  it.each([
    ['2', 2],
    ['50', 50],
    ['10', 10],
  ])('may be %s', (text, number) => {
    expect(check(kind, text)).toBe(number)
  })

  it.each(['1', '51', '0', '', ' 2', '2 ', '02', '+2', '-2', '2.0', '2e1', '0x2', 'x2', '2x', '٢'])(
    'is not %j',
    text => {
      expect(check(kind, text)).toEqual({ mustBe })
    },
  )

  it('may be 0 where that is allowed', () => {
    expect([check(wholeNumber(0, 1, 'x'), '0'), check(wholeNumber(0, 1, 'x'), '00')]).toEqual([
      0,
      { mustBe: 'a whole number from 0 to 1 (x)' },
    ])
  })
})

it('a flag is true or false, and nothing like them', () => {
  expect(['true', 'false'].map(text => check(flag, text))).toEqual([true, false])
  for (const text of ['', '1', '0', 'yes', 'TRUE', 'false '])
    expect(check(flag, text)).toEqual({ mustBe: 'true or false' })
})

it('one of a few words is one of them, and they are said', () => {
  expect(check(oneOf(['open', 'closed']), 'open')).toBe('open')
  expect(check(oneOf(['open', 'closed']), 'Open')).toEqual({ mustBe: 'one of open, closed' })
  expect(check(oneOf(['memory']), 'redis')).toEqual({ mustBe: 'memory' })
})

describe('a secret', () => {
  const good = 'f3Qz8LmV2xTb7RkW9sNd4HcJ6yPa1GuE'
  const mustBe = 'at least 32 characters that nobody knows or guesses, such as what "openssl rand -base64 48" prints'

  it('has 32 characters', () => {
    expect([good.length, check(secret, good)]).toEqual([32, good])
    expect(check(secret, good.slice(1))).toEqual({ mustBe })
  })

  it('is no phrase that is known', () => {
    expect(check(secret, 'change me '.repeat(5))).toEqual({ mustBe })
  })
})

it('a token is of at least 8 letters, digits and signs', () => {
  const mustBe = 'at least 8 letters, digits and signs without spaces, such as what "openssl rand -hex 24" prints'
  for (const text of ['!2345678', '1234567~']) expect(check(bearerToken, text)).toBe(text)
  for (const text of ['1234567', '1234 5678', ' 12345678', '12345678\n', '1234567ä', '']) {
    expect(check(bearerToken, text)).toEqual({ mustBe })
  }
})

describe('an origin', () => {
  const mustBe = 'an origin such as https://chat.example.com, without path or password'

  it.each([
    ['https://chat.example.com', 'https://chat.example.com'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['https://chat.example.com/', 'https://chat.example.com'],
    ['HTTPS://Chat.Example.com:443', 'https://chat.example.com'],
  ])('may be %s', (text, expected) => {
    expect(origin.parse(text).origin).toBe(expected)
  })

  it.each([
    ...['chat.example.com', 'ftp://chat.example.com', 'https://chat.example.com/path', 'https://chat.example.com?x'],
    ...[
      'https://chat.example.com/#x',
      'https://me:secret@chat.example.com',
      '',
      'wss://chat.example.com',
      'xhttps://a.b',
    ],
  ])('is not %j', text => {
    expect(check(origin, text)).toEqual({ mustBe })
  })

  it('is one of several separated by commas, as browsers write them', () => {
    expect(check(origins, 'https://A.example, http://b.example:80/')).toEqual(['https://a.example', 'http://b.example'])
    for (const text of ['', 'https://a.example,', 'https://a.example,b.example']) {
      expect(check(origins, text)).toEqual({ mustBe: 'origins such as https://app.example.com, separated by commas' })
    }
  })
})

describe('a duration', () => {
  it.each([
    ['1', 1],
    ['3600', 3600],
    ['30s', 30],
    ['15m', 900],
    ['24h', 86_400],
    ['7d', 604_800],
    ['365d', 31_536_000],
    ['31536000', 31_536_000],
  ])('of %s is %d seconds', (text, seconds) => {
    expect(check(duration, text)).toBe(seconds)
  })

  it.each(['0', '', '01', '1.5h', '-1', '1 h', '1w', '1ms', 'h', '366d', '31536001', 'x1', '1H'])('is not %j', text => {
    expect(check(duration, text)).toEqual({
      mustBe: 'from 1 second to 365 days, written like 24h, 15m, 7d or 3600 (seconds)',
    })
  })
})

it('what a server listens on is an address or a name', () => {
  for (const text of ['127.0.0.1', '::1', '0.0.0.0', 'localhost', 'a', 'Chat-1.example.com', '0']) {
    expect(check(hostName, text)).toBe(text)
  }
  for (const text of ['', '-a', 'a-', '.a', 'a.', 'a b', 'a_b', 'http://a', 'a:80', '::1%', 'ä']) {
    expect(check(hostName, text)).toEqual({ mustBe: 'an address or host name to listen on, such as 127.0.0.1' })
  }
})

describe('where accounts are kept', () => {
  it.each([
    ['file:accounts.json', 'accounts.json'],
    ['file:./data/accounts.json', './data/accounts.json'],
    ['file:/var/accounts.json', '/var/accounts.json'],
    ['file:///var/accounts.json', '/var/accounts.json'],
    ['file://host/accounts.json', '//host/accounts.json'],
  ])('%s is the file %j', (text, path) => {
    expect(check(accountsUrl, text)).toEqual({ kind: 'file', path })
  })

  it('memory: is no place, and the address of a Redis is that Redis', () => {
    expect(check(accountsUrl, 'memory:')).toEqual({ kind: 'memory' })
    expect(check(accountsUrl, 'redis://localhost')).toEqual({ kind: 'redis', url: 'redis://localhost' })
  })

  it.each(['', 'memory', 'memory:x', 'file:', 'file:data/', 'file:a\0b', 'redis:x', 'xfile:a', 'file:///'])(
    'is not %j',
    text => {
      expect(check(accountsUrl, text)).toEqual({
        mustBe:
          'memory:, file: and the path of a file, such as file:./data/accounts.json, or the address of a Redis, such as redis://localhost:6379',
      })
    },
  )
})

describe('the address of a Redis', () => {
  it.each(['redis://localhost', 'redis://10.0.0.1:6379/2', 'rediss://user:password@redis.example.com:6380/'])(
    'is %s',
    text => {
      expect(check(redisUrl, text)).toBe(text)
    },
  )

  it.each(['', 'redis', 'redis:x', 'redis://', 'http://localhost', 'redis://localhost/chat', 'localhost:6379'])(
    'is not %j',
    text => {
      expect(check(redisUrl, text)).toEqual({
        mustBe: 'the address of a Redis, such as redis://localhost:6379 or rediss://user:password@host:6379',
      })
    },
  )
})

describe('a contact of push services', () => {
  it.each(['mailto:you@example.com', 'https://example.com/contact', 'https://example.com'])('may be %s', value => {
    expect(check(contact, value)).toBe(value)
  })

  it.each(['mailto: you@example.com', 'mailto:', 'https://me:hush@example.com', 'ftp://example.com', 'https:'])(
    'may not be %s',
    value => {
      expect(check(contact, value)).toMatchObject({ mustBe: expect.stringContaining('mailto:you@example.com') })
    },
  )
})

describe('hosts', () => {
  it.each([
    ['push.example.com', ['push.example.com']],
    ['Push.Example.com, *.Example.com', ['push.example.com', '*.example.com']],
    ['localhost', ['localhost']],
    ['192.0.2.1', ['192.0.2.1']],
    ['[2001:DB8::1]', ['[2001:db8::1]']],
    ['bücher.example', ['xn--bcher-kva.example']],
  ])('are names as a URL has them: %s', (value, names) => {
    expect(check(hostNames, value)).toEqual(names)
  })

  it.each([
    '',
    ',',
    'a.example,',
    '*',
    '*.',
    '*.com',
    '*.0.2.1',
    '*.*.example.com',
    'a.example/x',
    'a.example:8443',
    'a@b.example',
  ])('are not "%s"', value => {
    expect(check(hostNames, value)).toMatchObject({ mustBe: expect.stringContaining('*.push.example.com') })
  })
})

it('a proxy has an address that begins with http', () => {
  expect(check(httpProxy, 'http://tunnel:3000')).toMatchObject({ href: 'http://tunnel:3000/' })
  for (const value of ['tunnel:3000', 'https://tunnel:3000', 'http://me:hush@tunnel', 'http://tunnel/x'])
    expect(check(httpProxy, value)).toMatchObject({ mustBe: expect.stringContaining('http://tunnel:3000') })
})
