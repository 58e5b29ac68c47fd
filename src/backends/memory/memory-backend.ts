import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { AccountFileError } from '#src/accounts/store/account-file.js'
import { openAccountStore } from '#src/accounts/store/open-store.js'
import type { Clock } from '#src/chat/clock.js'
import type { Config } from '#src/config.js'
import { MemoryEngine } from '#src/engines/memory/engine.js'
import { MemorySessionStore } from '#src/http/memory-session-store.js'
import { LocalPictures } from '#src/images/local-pictures.js'
import { soundHealth } from '#src/ops/health.js'
import { SystemClock } from '#src/ops/system-clock.js'
import { MemorySharedStore } from '#src/shared-store/memory-store.js'
import { type Backend, engineOptions } from '../backend.js'

/** Keeps everything in this process, which is the only node; accounts in a file, if there is one. @throws AccountFileError */
export async function openMemoryBackend(config: Config, log: Logger): Promise<Backend> {
  const clock = new SystemClock((stepMs, apartMs) =>
    log.warn(
      { stepMs, apartMs },
      `the wall clock was set ${stepMs < 0 ? 'back' : 'forward'}: times shown, sessions and tokens follow it, lifetimes do not`,
    ),
  )
  const { accounts, closeAccounts } = await openAccounts(config, clock, log)
  const sharedStore = new MemorySharedStore(clock)
  const engine = new MemoryEngine({
    ...engineOptions(config),
    maxMemoryBytes: config.maxMessageMemoryBytes,
    clock,
    onSubscriberError: error => log.error({ err: error }, 'a publication could not be handled'),
  })
  return {
    ...{ clock, sharedStore, accounts, engine },
    sessions: new MemorySessionStore(),
    forms: null,
    counting: null,
    openPictures: () => new LocalPictures(config.images, clock, log),
    peers: null,
    run: { id: randomBytes(6).toString('base64url') },
    health: soundHealth,
    isPrivacyTold: async () => false,
    notePrivacyTold: async () => {},
    onMissed: () => {},
    onEmptied: () => {},
    async close() {
      await Promise.all([engine.stop(), closeAccounts()])
      sharedStore.close()
      clock.stop()
    },
  }
}

/** Accounts may be in a Redis though nothing else is: only then is a client of Redis loaded. */
async function openAccounts(config: Config, clock: Clock, log: Logger) {
  const place = config.accounts
  if (place.kind === 'redis') {
    const { openRedisAccounts } = await import('../redis-accounts.js')
    return openRedisAccounts(place.url, log)
  }
  const file = place.kind === 'file' ? place.path : null
  const accounts = await openAccountStore(file, clock, error => {
    // The log has the messages of no other errors, which may quote what people wrote.
    const reason = error instanceof AccountFileError ? `: ${error.message}` : ''
    log.error({ err: error }, `accounts were not saved${reason}`)
  })
  return { accounts, closeAccounts: () => accounts.close() }
}
