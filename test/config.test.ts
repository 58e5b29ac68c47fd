// Long because every case of one behaviour stands here.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from '#src/config.js'

const goodSecret = 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'

/** The error message of a setting. */
function refusalOf(env: Record<string, string>): string {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'accepted'
}

describe('the defaults', () => {
  it('are those of the contract', () => {
    expect(readConfig({})).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      nodeEnv: 'development',
      isProduction: false,
      publicUrl: null,
      trustProxy: 0,
      corsOrigins: [],
      sessionTtlMs: 604_800_000,
      jwtExpiresInSeconds: 86_400,
      messageTtlMs: 3_600_000,
      imageTtlMs: 3_600_000,
      messageTtlMaxMs: 86_400_000,
      keepLonger: true,
      messageMaxLength: 5000,
      roomMaxMessages: 2000,
      maxMessageMemoryBytes: 268_435_456,
      roomGraceMs: 300_000,
      maxConnectionsPerUser: 50,
      maxUnreadBytes: 16_777_216,
      rateLimits: {
        frames: 50,
        messages: 5,
        api: 5,
        uploads: 10,
        requests: 30,
        reaching: 10,
        auth: 3,
        authAddress: 20,
      },
      directory: 'open',
      images: {
        ...{ maxSize: 2_097_152, maxWidth: 1280, maxHeight: 1280, quality: 80 },
        ...{ maxHeldBytes: 268_435_456, maxHeldBytesPerPerson: 33_554_432 },
      },
      bcryptCost: 10,
      redisUrl: null,
      isRedisStrict: false,
      accounts: { kind: 'memory' },
      demoUsers: true,
      push: {
        contact: null,
        keys: null,
        hosts: [
          'fcm.googleapis.com',
          'jmt17.google.com',
          '*.push.services.mozilla.com',
          '*.push.apple.com',
          '*.notify.windows.com',
        ],
        proxy: null,
      },
      logLevel: 'info',
    })
  })

  it('differ in production', () => {
    expect(readConfig({ NODE_ENV: 'production' })).toMatchObject({
      host: '0.0.0.0',
      demoUsers: false,
      isProduction: true,
      accounts: { kind: 'file', path: './data/accounts.json' },
    })
    expect(readConfig({ NODE_ENV: 'production', DEMO_USERS: 'true', HOST: '::1' })).toMatchObject({
      host: '::1',
      demoUsers: true,
    })
  })

  it('stand in for empty values', () => {
    expect(readConfig({ PORT: '', PUBLIC_URL: '', DEMO_USERS: '', SESSION_SECRET: '' })).toMatchObject({
      port: 3000,
      publicUrl: null,
      demoUsers: true,
    })
  })

  it('give way to each other when only one lifetime is set', () => {
    expect(readConfig({ MESSAGE_TTL_MAX_MS: '60000' })).toMatchObject({ messageTtlMs: 60_000, imageTtlMs: 60_000 })
    expect(readConfig({ MESSAGE_TTL_MS: '604800000' })).toMatchObject({ messageTtlMaxMs: 604_800_000 })
  })

  it('make new secrets at every start', () => {
    const [one, two] = [readConfig({}), readConfig({})]
    const secrets = new Set([one.sessionSecret, one.jwtSecret, two.sessionSecret, two.jwtSecret])
    expect(secrets.size).toBe(4)
    for (const secret of secrets) expect(secret.length).toBeGreaterThanOrEqual(32)
  })
})

describe('a value', () => {
  it('is read in its unit', () => {
    const config = readConfig({
      PUBLIC_URL: 'https://Chat.example.com/',
      TRUST_PROXY: '1',
      CORS_ORIGIN: 'https://a.example, http://localhost:5173',
      KEEP_LONGER: 'false',
      MAX_MESSAGE_MEMORY_MB: '65536',
      PORT: '0',
      RATE_LIMIT_API: '1000000',
      SESSION_SECRET: goodSecret,
    })
    expect(config.publicUrl?.origin).toBe('https://chat.example.com')
    expect(config).toMatchObject({
      corsOrigins: ['https://a.example', 'http://localhost:5173'],
      keepLonger: false,
      maxMessageMemoryBytes: 65_536 * 1024 * 1024,
      port: 0,
      sessionSecret: goodSecret,
    })
    expect(config.rateLimits.api).toBe(1_000_000)
  })

  it.each([
    ['24h', 86_400],
    ['15m', 900],
    ['7d', 604_800],
    ['30s', 30],
    ['3600', 3600],
  ])('of JWT_EXPIRES_IN may be %s', (value, seconds) => {
    expect(readConfig({ JWT_EXPIRES_IN: value }).jwtExpiresInSeconds).toBe(seconds)
  })

  it.each([
    ['memory:', { kind: 'memory' }],
    ['file:./data/a.json', { kind: 'file', path: './data/a.json' }],
    ['redis://accounts:6379', { kind: 'redis', url: 'redis://accounts:6379' }],
  ])('of ACCOUNTS_URL may be %s', (value, place) => {
    expect(readConfig({ ACCOUNTS_URL: value, NODE_ENV: 'production' }).accounts).toEqual(place)
  })

  it('of REDIS_URL is where accounts are kept too, unless another address is given', () => {
    const env = { REDIS_URL: 'redis://one:6379', SESSION_SECRET: goodSecret, JWT_SECRET: goodSecret }
    expect(readConfig({ ...env, NODE_ENV: 'production' })).toMatchObject({
      redisUrl: 'redis://one:6379',
      accounts: { kind: 'redis', url: 'redis://one:6379' },
    })
    expect(readConfig({ ...env, ACCOUNTS_URL: 'redis://two:6379' }).accounts).toEqual({
      kind: 'redis',
      url: 'redis://two:6379',
    })
  })

  it.each([
    ['PORT', '65536'],
    ['PORT', '5x'],
    ['PORT', '1e3'],
    ['PORT', ' '],
    ['PORT', ' 80'],
    ['PORT', '-1'],
    ['PORT', '080'],
    ['PORT', '0x50'],
    ['PORT', '80.5'],
    ['HOST', 'http://localhost'],
    ['NODE_ENV', 'prod'],
    ['PUBLIC_URL', 'chat.example.com'],
    ['PUBLIC_URL', 'ftp://chat.example.com'],
    ['PUBLIC_URL', 'https://chat.example.com/chat'],
    ['TRUST_PROXY', 'true'],
    ['CORS_ORIGIN', '*'],
    ['CORS_ORIGIN', 'https://a.example,'],
    ['SESSION_TTL_MS', '0'],
    ['JWT_EXPIRES_IN', '0'],
    ['JWT_EXPIRES_IN', 'soon'],
    ['JWT_EXPIRES_IN', '1y'],
    ['JWT_EXPIRES_IN', '366d'],
    ['MESSAGE_TTL_MS', '999'],
    ['IMAGE_TTL_MS', '604800001'],
    ['MESSAGE_TTL_MAX_MS', '99999999999999999999'],
    ['KEEP_LONGER', 'yes'],
    ['MESSAGE_MAX_LENGTH', '0'],
    ['ROOM_MAX_MESSAGES', '1000001'],
    ['MAX_MESSAGE_MEMORY_MB', '65537'],
    ['MAX_PICTURES_MB', '0'],
    ['MAX_PICTURES_MB', '65537'],
    ['ROOM_GRACE_MS', '-5'],
    ['RATE_LIMIT_MESSAGES', '0'],
    ['RATE_LIMIT_AUTH', '1000001'],
    ['DIRECTORY', 'closed'],
    ['IMAGE_QUALITY', '101'],
    ['BCRYPT_COST', '3'],
    ['BCRYPT_COST', '16'],
    ['DEMO_USERS', '1'],
    ['ACCOUNTS_URL', 'mysql://db'],
    ['ACCOUNTS_URL', 'file:'],
    ['ACCOUNTS_URL', 'file:./data/'],
    ['LOG_LEVEL', 'loud'],
    ['PUSH_CONTACT', 'you@example.com'],
    ['PUSH_CONTACT', 'mailto:you'],
    ['PUSH_CONTACT', 'http://example.com/contact'],
    ['PUSH_HOSTS', 'https://push.example.com'],
    ['PUSH_HOSTS', 'push.example.com:443x'],
    ['PUSH_HOSTS', '*.com'],
    ['PUSH_HOSTS', '*'],
    ['PUSH_PROXY', 'tunnel:3000'],
    ['PUSH_PROXY', 'https://tunnel:3000'],
  ])('of %s may not be "%s"', (name, value) => {
    const sentence = refusalOf({ [name]: value })
    expect(sentence).toMatch(/^[A-Z_]+ is .+ must be .+\.$/)
    expect(sentence).toContain(name)
    expect(sentence).toContain(JSON.stringify(value))
    expect(sentence).not.toContain('\n')
  })

  it('that holds a password is not repeated', () => {
    expect(refusalOf({ PUBLIC_URL: 'https://me:hush@chat.example.com' })).not.toContain('hush')
    expect(refusalOf({ REDIS_URL: 'http://me:hush@redis.example.com' })).not.toContain('hush')
  })
})

describe('the keys of push', () => {
  // Source: RFC 8291, appendix A.
  const publicKey = 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8'
  const privateKey = 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw'
  const otherPublicKey = 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4'

  it('are a pair', () => {
    expect(readConfig({ VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey }).push.keys).toEqual({
      publicKey,
      privateKey,
    })
  })

  it.each([
    ['without the other', { VAPID_PUBLIC_KEY: publicKey }],
    ['without the other', { VAPID_PRIVATE_KEY: privateKey }],
    ['of two pairs', { VAPID_PUBLIC_KEY: otherPublicKey, VAPID_PRIVATE_KEY: privateKey }],
    ['of another shape', { VAPID_PUBLIC_KEY: `${publicKey}=`, VAPID_PRIVATE_KEY: privateKey }],
    ['of another shape', { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey.slice(1) }],
    ['in the place of each other', { VAPID_PUBLIC_KEY: privateKey, VAPID_PRIVATE_KEY: publicKey }],
  ])('%s are refused, in a sentence that holds neither', (_what, env) => {
    const sentence = refusalOf(env)
    expect(sentence).toMatch(/^VAPID_.*push-keys.*\.$/)
    expect(sentence).not.toMatch(/BP4z9|fWPiYE|BCVxsr/)
  })
})

describe('values that cannot work together', () => {
  it.each([
    [{ PUBLIC_URL: 'https://chat.example.com' }, ['PUBLIC_URL', 'https://chat.example.com', 'TRUST_PROXY']],
    [{ MESSAGE_TTL_MS: '7200000', MESSAGE_TTL_MAX_MS: '3600000' }, ['MESSAGE_TTL_MS', '7200000', '3600000']],
    [{ IMAGE_TTL_MS: '7200000', MESSAGE_TTL_MAX_MS: '3600000' }, ['IMAGE_TTL_MS', '7200000', '3600000']],
    [{ MAX_UNREAD_MB: '1', MESSAGE_MAX_LENGTH: '87382' }, ['MAX_UNREAD_MB', '"1"', 'at least 2', '87382']],
    [
      { MESSAGE_MAX_LENGTH: '65281', MAX_MESSAGE_MEMORY_MB: '1' },
      ['MESSAGE_MAX_LENGTH', '65281', 'not be over 65280', 'MAX_MESSAGE_MEMORY_MB'],
    ],
    [{ BCRYPT_COST: '9', NODE_ENV: 'production' }, ['BCRYPT_COST', '9', 'at least 10']],
    [{ REDIS_URL: 'redis://one:6379', JWT_SECRET: goodSecret }, ['SESSION_SECRET', 'JWT_SECRET', 'REDIS_URL']],
    [{ REDIS_URL: 'redis://one:6379', SESSION_SECRET: goodSecret }, ['SESSION_SECRET', 'JWT_SECRET', 'REDIS_URL']],
    [
      { REDIS_URL: 'redis://one:6379', SESSION_SECRET: goodSecret, JWT_SECRET: goodSecret, ACCOUNTS_URL: 'memory:' },
      ['ACCOUNTS_URL', 'the address of a Redis', 'REDIS_URL'],
    ],
  ])('%j stop the start', (env, parts) => {
    const sentence = refusalOf(env)
    for (const part of parts) expect(sentence).toContain(part)
  })

  it('work with http, or outside production', () => {
    expect(refusalOf({ PUBLIC_URL: 'http://chat.example.com' })).toBe('accepted')
    expect(refusalOf({ BCRYPT_COST: '4' })).toBe('accepted')
    expect(refusalOf({ MESSAGE_MAX_LENGTH: '65280', MAX_MESSAGE_MEMORY_MB: '1' })).toBe('accepted')
  })
})

describe('a secret', () => {
  it.each([
    'secret',
    'changeme',
    goodSecret.slice(1),
    'a'.repeat(40),
    'ab'.repeat(20),
    'changeme'.repeat(5),
    'secret'.repeat(8),
    '1234567890'.repeat(4),
    'abcdefghijklmnopqrstuvwxyz012345',
    'your-secret-key-change-in-production',
    'your-super-secret-jwt-key-change-this-in-production',
    'your_session_secret_at_least_32_characters_long',
    'a-string-secret-at-least-256-bits-long',
    'keyboard cat keyboard cat keyboard cat!!',
    'CHANGE_ME_CHANGE_ME_CHANGE_ME_CHANGE_ME',
  ])('may not be %s, and is never repeated', value => {
    for (const name of ['SESSION_SECRET', 'JWT_SECRET']) {
      const sentence = refusalOf({ [name]: value })
      expect(sentence).toContain(name)
      expect(sentence).toContain('32')
      expect(sentence.replace(name, '')).not.toContain(value)
    }
  })

  it.each([
    goodSecret,
    'd41d8cd98f00b204e9800998ecf8427e',
    'test-session-value-0123456789abcdef0123456789',
    'purple otter climbs seven quiet ladders',
  ])('may be %s', value => {
    expect(readConfig({ JWT_SECRET: value }).jwtSecret).toBe(value)
  })
})

describe('.env.example', () => {
  const lines = readFileSync(new URL('../.env.example', import.meta.url), 'utf8').split('\n')
  const listed = lines.flatMap(line => line.match(/^#([A-Z_]+)=(.*)$/)?.slice(1, 3) ?? [])
  const example = Object.fromEntries(
    listed.flatMap((name, index) => (index % 2 ? [] : [[name, listed[index + 1] ?? '']])),
  )

  it('says the defaults', () => {
    const { sessionSecret: _session, jwtSecret: _jwt, setsMaxConnections: _set, ...defaults } = readConfig({})
    expect(readConfig(example)).toMatchObject(defaults)
  })

  it('lists every setting', () => {
    const source = readFileSync(new URL('../src/config.ts', import.meta.url), 'utf8')
    const names = [...source.matchAll(/^ {2}([A-Z_]+): /gm)].map(match => match[1])
    expect(Object.keys(example).sort()).toEqual(names.sort())
  })
})
