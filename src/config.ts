// Long because every setting of the server stands here, once.
import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { z } from 'zod'
import { countBytes } from './chat/engine.js'
import {
  type AccountsPlace,
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
  vapidPrivateKey,
  vapidPublicKey,
  wholeNumber,
} from './setting-checks.js'
import { publicKeyOf } from './vapid-key.js'

const secondMs = 1000
const hourMs = 3600 * secondMs
const dayMs = 24 * hourMs
const megabyte = 1024 * 1024
/** A character takes up to six bytes of HTML (`&quot;`), and a link shows its text twice. */
export const htmlBytesPerCharacter = 12
const minProductionBcryptCost = 10
/** One person's living messages may hold this part of the memory for messages, and their pictures this part of what is for these. */
export const personShare = 1 / 8
/** So many people may leave as much unread as one person may. */
export const peopleAtTheirLimit = 40
const productionAccountsFile = './data/accounts.json'
const memoryPlace: AccountsPlace = { kind: 'memory' }
/** Where the push services of browsers are: Chrome and most others, Chromium without Google's keys, Firefox, Safari, Edge. */
const knownPushHosts = [
  'fcm.googleapis.com',
  'jmt17.google.com',
  '*.push.services.mozilla.com',
  '*.push.apple.com',
  '*.notify.windows.com',
]

const randomSecret = () => randomBytes(48).toString('base64url')

/** A setting with which the server does not start. The message is one sentence for the operator, without secrets. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Every variable: its name, check, unit and default. Defaults that depend on others are settled in `arrange`. */
const settings = z.object({
  NODE_ENV: oneOf(['development', 'production', 'test']).default('development'),
  PORT: wholeNumber(0, 65_535, 'port; 0 takes any free one').default(3000),
  HOST: hostName.optional(),
  PUBLIC_URL: origin.nullable().default(null),
  TRUST_PROXY: wholeNumber(0, 100, 'proxies').default(0),
  CORS_ORIGIN: origins.default([]),
  SESSION_SECRET: secret.optional(),
  JWT_SECRET: secret.optional(),
  SESSION_TTL_MS: wholeNumber(secondMs, 365 * dayMs, 'milliseconds').default(7 * dayMs),
  JWT_EXPIRES_IN: duration.default(24 * 3600),
  MESSAGE_TTL_MS: wholeNumber(secondMs, 7 * dayMs, 'milliseconds').optional(),
  IMAGE_TTL_MS: wholeNumber(secondMs, 7 * dayMs, 'milliseconds').optional(),
  MESSAGE_TTL_MAX_MS: wholeNumber(secondMs, 7 * dayMs, 'milliseconds').optional(),
  KEEP_LONGER: flag.default(true),
  MESSAGE_MAX_LENGTH: wholeNumber(1, 1_000_000, 'characters').default(5000),
  ROOM_MAX_MESSAGES: wholeNumber(1, 1_000_000, 'messages').default(2000),
  MAX_MESSAGE_MEMORY_MB: wholeNumber(1, 65_536, 'megabytes').default(256),
  MAX_PICTURES_MB: wholeNumber(1, 65_536, 'megabytes').default(256),
  ROOM_GRACE_MS: wholeNumber(0, 7 * dayMs, 'milliseconds').default(300 * secondMs),
  MAX_CONNECTIONS_PER_USER: wholeNumber(1, 1_000_000, 'connections').default(50),
  MAX_UNREAD_MB: wholeNumber(1, 65_536, 'megabytes').default(16),
  RATE_LIMIT_FRAMES: wholeNumber(1, 1_000_000, 'frames a second').default(50),
  RATE_LIMIT_MESSAGES: wholeNumber(1, 1_000_000, 'sends a second').default(5),
  RATE_LIMIT_API: wholeNumber(1, 1_000_000, 'requests a second').default(5),
  RATE_LIMIT_UPLOADS: wholeNumber(1, 1_000_000, 'uploads a minute').default(10),
  RATE_LIMIT_REQUESTS: wholeNumber(1, 1_000_000, 'requests a second').default(30),
  RATE_LIMIT_REACHING: wholeNumber(1, 1_000_000, 'a second').default(10),
  RATE_LIMIT_AUTH: wholeNumber(1, 1_000_000, 'failed log-ins a minute').default(3),
  RATE_LIMIT_AUTH_ADDRESS: wholeNumber(1, 1_000_000, 'log-ins and registrations a minute').default(20),
  DIRECTORY: oneOf(['open', 'exact']).default('open'),
  MAX_IMAGE_SIZE: wholeNumber(1, 104_857_600, 'bytes').default(2_097_152),
  IMAGE_MAX_WIDTH: wholeNumber(1, 16_383, 'pixels').default(1280),
  IMAGE_MAX_HEIGHT: wholeNumber(1, 16_383, 'pixels').default(1280),
  IMAGE_QUALITY: wholeNumber(1, 100, 'percent').default(80),
  UPLOAD_DIR: z.string().default('./uploads'),
  BCRYPT_COST: wholeNumber(4, 15, 'doublings of the work').default(10),
  DEMO_USERS: flag.optional(),
  REDIS_URL: redisUrl.nullable().default(null),
  REDIS_STRICT: flag.default(false),
  ACCOUNTS_URL: accountsUrl.optional(),
  REGISTRATION: oneOf(['open', 'invite', 'closed']).default('open'),
  INVITES: oneOf(['members', 'operator']).default('members'),
  OPERATOR_TOKEN: secret.nullable().default(null),
  MAX_CONNECTIONS: wholeNumber(1, 1_000_000, 'connections').optional(),
  PUSH_CONTACT: contact.nullable().default(null),
  VAPID_PUBLIC_KEY: vapidPublicKey.nullable().default(null),
  VAPID_PRIVATE_KEY: vapidPrivateKey.nullable().default(null),
  PUSH_HOSTS: hostNames.default(knownPushHosts),
  PUSH_PROXY: httpProxy.nullable().default(null),
  METRICS_TOKEN: bearerToken.nullable().default(null),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
})

type Settings = z.infer<typeof settings>

/**
 * Gives the settings the names that the code uses, and settles defaults that depend on other settings. The names carry
 * the units; `maxMessageMemoryBytes`, `images.maxSize` and the like are bytes and pixels.
 */
function arrange(set: Settings) {
  const isProduction = set.NODE_ENV === 'production'
  const messageTtlMaxMs = set.MESSAGE_TTL_MAX_MS ?? Math.max(dayMs, set.MESSAGE_TTL_MS ?? 0, set.IMAGE_TTL_MS ?? 0)
  return {
    nodeEnv: set.NODE_ENV,
    isProduction,
    port: set.PORT,
    host: set.HOST ?? (isProduction ? '0.0.0.0' : '127.0.0.1'),
    publicUrl: set.PUBLIC_URL,
    trustProxy: set.TRUST_PROXY,
    corsOrigins: set.CORS_ORIGIN,
    sessionSecret: set.SESSION_SECRET ?? randomSecret(),
    jwtSecret: set.JWT_SECRET ?? randomSecret(),
    /** Whether both were given: each node of several would make others. */
    setsSecrets: set.SESSION_SECRET !== undefined && set.JWT_SECRET !== undefined,
    sessionTtlMs: set.SESSION_TTL_MS,
    jwtExpiresInSeconds: set.JWT_EXPIRES_IN,
    messageTtlMs: set.MESSAGE_TTL_MS ?? Math.min(hourMs, messageTtlMaxMs),
    imageTtlMs: set.IMAGE_TTL_MS ?? Math.min(hourMs, messageTtlMaxMs),
    messageTtlMaxMs,
    keepLonger: set.KEEP_LONGER,
    messageMaxLength: set.MESSAGE_MAX_LENGTH,
    roomMaxMessages: set.ROOM_MAX_MESSAGES,
    maxMessageMemoryBytes: set.MAX_MESSAGE_MEMORY_MB * megabyte,
    maxMessageBytesPerPerson: set.MAX_MESSAGE_MEMORY_MB * megabyte * personShare,
    roomGraceMs: set.ROOM_GRACE_MS,
    maxConnectionsPerUser: set.MAX_CONNECTIONS_PER_USER,
    maxUnreadBytes: set.MAX_UNREAD_MB * megabyte,
    /** For all people together. */
    maxUnreadBytesOfAll: peopleAtTheirLimit * set.MAX_UNREAD_MB * megabyte,
    rateLimits: {
      frames: set.RATE_LIMIT_FRAMES,
      messages: set.RATE_LIMIT_MESSAGES,
      api: set.RATE_LIMIT_API,
      uploads: set.RATE_LIMIT_UPLOADS,
      requests: set.RATE_LIMIT_REQUESTS,
      reaching: set.RATE_LIMIT_REACHING,
      auth: set.RATE_LIMIT_AUTH,
      authAddress: set.RATE_LIMIT_AUTH_ADDRESS,
    },
    directory: set.DIRECTORY,
    images: {
      maxSize: set.MAX_IMAGE_SIZE,
      maxWidth: set.IMAGE_MAX_WIDTH,
      maxHeight: set.IMAGE_MAX_HEIGHT,
      quality: set.IMAGE_QUALITY,
      uploadDir: resolve(set.UPLOAD_DIR),
      maxHeldBytes: set.MAX_PICTURES_MB * megabyte,
      maxHeldBytesPerPerson: set.MAX_PICTURES_MB * megabyte * personShare,
    },
    bcryptCost: set.BCRYPT_COST,
    demoUsers: set.DEMO_USERS ?? !isProduction,
    /** The Redis that all nodes share; null: this process is the only node, and holds everything itself. */
    redisUrl: set.REDIS_URL,
    /** Whether the server refuses to start over a Redis that could write messages to a disk or evict them. */
    isRedisStrict: set.REDIS_STRICT,
    accounts: set.ACCOUNTS_URL ?? accountsByDefault(set.REDIS_URL, isProduction),
    registration: set.REGISTRATION,
    invites: set.INVITES,
    operatorToken: set.OPERATOR_TOKEN,
    maxConnections: set.MAX_CONNECTIONS ?? 20_000,
    setsMaxConnections: set.MAX_CONNECTIONS !== undefined,
    /** How to tell devices while the site is closed (Web Push). */
    push: {
      /** How push services reach the operator; null: no device is told anything. */
      contact: set.PUSH_CONTACT,
      /** Null: they are made at the first start, and kept with the accounts. */
      keys: keysOf(set),
      /** The hosts of push services, as a URL names them; `*.` in front stands for all names below. */
      hosts: set.PUSH_HOSTS,
      /** The proxy by which push services are reached; null: without one. */
      proxy: set.PUSH_PROXY,
    },
    metricsToken: set.METRICS_TOKEN,
    logLevel: set.LOG_LEVEL,
  } as const
}

function accountsByDefault(redisUrl: string | null, isProduction: boolean): AccountsPlace {
  if (redisUrl !== null) return { kind: 'redis', url: redisUrl }
  return isProduction ? { kind: 'file', path: productionAccountsFile } : memoryPlace
}

function keysOf({ VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey }: Settings) {
  return publicKey === null || privateKey === null ? null : { publicKey, privateKey }
}

/** What is wrong with two keys that are in range, or null. */
function findKeyClash({ VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey }: Settings): string | null {
  if (publicKey === null && privateKey === null) return null
  if (privateKey !== null && publicKeyOf(privateKey) === publicKey) return null
  return 'VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY must be the two keys of one pair, as "npm run admin -- push-keys" prints them, or both be empty.'
}

/** The settings of the server, read once at its start. */
export type Config = ReturnType<typeof arrange>

/** What is wrong with settings that are in range but cannot work together, or null. */
function findClash(config: Config): string | null {
  const { publicUrl, messageTtlMs, imageTtlMs, messageTtlMaxMs, messageMaxLength } = config
  if (publicUrl?.protocol === 'https:' && config.trustProxy === 0) {
    return `PUBLIC_URL is "${publicUrl.origin}" while TRUST_PROXY is 0, but https needs a proxy in front: set TRUST_PROXY to the number of proxies (1 or more).`
  }
  if (config.redisUrl !== null && !config.setsSecrets) {
    return 'SESSION_SECRET and JWT_SECRET must be set when REDIS_URL is, the same on every node.'
  }
  if (config.redisUrl !== null && config.accounts.kind !== 'redis') {
    return 'ACCOUNTS_URL must be the address of a Redis when REDIS_URL is set, since all nodes share the accounts.'
  }
  if (messageTtlMs > messageTtlMaxMs) {
    return `MESSAGE_TTL_MS is "${messageTtlMs}" but must not be over MESSAGE_TTL_MAX_MS, which is ${messageTtlMaxMs}.`
  }
  if (imageTtlMs > messageTtlMaxMs) {
    return `IMAGE_TTL_MS is "${imageTtlMs}" but must not be over MESSAGE_TTL_MAX_MS, which is ${messageTtlMaxMs}.`
  }
  const leastUnreadMb = Math.ceil((htmlBytesPerCharacter * config.messageMaxLength) / megabyte)
  if (config.maxUnreadBytes < leastUnreadMb * megabyte) {
    return `MAX_UNREAD_MB is "${config.maxUnreadBytes / megabyte}" but must be at least ${leastUnreadMb}, ${htmlBytesPerCharacter} bytes for each character of MESSAGE_MAX_LENGTH, which is ${config.messageMaxLength}.`
  }
  const share = config.maxMessageBytesPerPerson
  const emptyBytes = countBytes({ text: '', image: null })
  const bytesPerCharacter = countBytes({ text: 'x', image: null }) - emptyBytes
  if (emptyBytes + messageMaxLength * bytesPerCharacter > share) {
    const most = Math.floor((share - emptyBytes) / bytesPerCharacter)
    return `MESSAGE_MAX_LENGTH is "${messageMaxLength}" but must not be over ${most}, so that one message fits into the eighth of MAX_MESSAGE_MEMORY_MB that one person may hold.`
  }
  if (config.isProduction && config.bcryptCost < minProductionBcryptCost) {
    return `BCRYPT_COST is "${config.bcryptCost}" but must be at least ${minProductionBcryptCost} when NODE_ENV is production.`
  }
  return null
}

function explain(name: string, value: string, allowed: string): string {
  if (/_(SECRET|TOKEN|KEY)$/.test(name)) return `${name} must be ${allowed}.`
  return `${name} is ${JSON.stringify(value.replace(/\/\/.*@/, '//...@').slice(0, 100))} but must be ${allowed}.`
}

/**
 * Reads the settings. An empty value counts as none.
 * @throws ConfigError for the first value that is out of range, and for values that cannot work together
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const { success, data, error } = settings.safeParse(given)
  if (!success) {
    const issue = error.issues[0]
    const name = String(issue?.path[0])
    throw new ConfigError(explain(name, given[name] ?? '', issue?.message ?? 'another value'))
  }
  const config = arrange(data)
  const clash = findClash(config) ?? findKeyClash(data)
  if (clash !== null) throw new ConfigError(clash)
  return config
}
