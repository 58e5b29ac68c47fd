import { createHmac } from 'node:crypto'
import type { Logger } from 'pino'
import { RedisAccountStore } from '#src/accounts/store/redis-store.js'
import type { UserId } from '#src/chat/engine.js'
import { ChatError } from '#src/chat/errors.js'
import type { Config } from '#src/config.js'
import { RedisEngine } from '#src/engines/redis/engine.js'
import { SharedSessionStore } from '#src/http/shared-session-store.js'
import { SharedPictures } from '#src/images/shared-pictures.js'
import { SystemClock } from '#src/ops/system-clock.js'
import type { RedisLink } from '#src/redis/link.js'
import { WatchedLink } from '#src/redis/watched-link.js'
import { ByteLedger } from '#src/shared-store/byte-ledger.js'
import { RedisSharedStore } from '#src/shared-store/redis-store.js'
import { type Backend, engineOptions } from '../backend.js'
import { openLink } from '../redis-accounts.js'
import { RedisHealth } from './redis-health.js'
import { RedisPeers } from './redis-peers.js'
import { SharedClock } from './shared-clock.js'

/** For how long the log says no more that something failed since Redis is away, ms. */
const quietAfterAwayMs = 10_000

/** Keeps everything in a Redis that several nodes share, and accounts in the same one or in another. @throws ConfigError */
export async function openRedisBackend(config: Config, log: Logger): Promise<Backend> {
  const { redisUrl, accounts: place } = config
  if (redisUrl === null || place.kind !== 'redis') throw new TypeError('There is no Redis to share')
  const local = new SystemClock(() => {})
  const health = new RedisHealth(log, redisUrl === place.url)
  const links: RedisLink[] = []
  const open = async (setting: string, url: string, watch: ReturnType<RedisHealth['watch']>) => {
    const link = new WatchedLink(await openLink(setting, url, log), local, ...watch)
    links.push(link)
    return link
  }
  try {
    const link = await open('REDIS_URL', redisUrl, health.watch('messages'))
    const isOne = redisUrl === place.url
    const accountLink = isOne ? link : await open('ACCOUNTS_URL', place.url, health.watch('accounts'))
    // Of its own: everything else would wait behind the bytes of pictures.
    const pictureLink = await open('REDIS_URL', redisUrl, [() => {}, () => {}])
    await health.start(link, accountLink)
    if (config.isRedisStrict) health.refuseRisks()
    const clock = await SharedClock.start(link, local)
    const secret = createHmac('sha256', config.sessionSecret).update('what nodes share').digest('base64url')
    let quietUntil = 0
    const onError = (error: unknown) => {
      // That Redis is away, or a server of it, is found again and again in each partition.
      const isAway = error instanceof ChatError && error.code === 'storage_failed'
      if (isAway && local.now() < quietUntil) return
      if (isAway) quietUntil = local.now() + quietAfterAwayMs
      log.error({ err: error }, 'something over Redis failed')
    }
    const sharedStore = new RedisSharedStore({ link, secret })
    const pictureStore = new RedisSharedStore({ link: pictureLink, secret })
    const { maxHeldBytes: most, maxHeldBytesPerPerson: mostEach } = config.images
    const ledger = new ByteLedger({ link: pictureLink, name: 'pictures', most, mostEach })
    const missed: ((userId: UserId | null) => void)[] = []
    const emptied: (() => void)[] = []
    const engine = await RedisEngine.start({
      ...{ ...engineOptions(config), link, clock, secret, onError, waitsForPrivacy: true },
      onMissed: userId => {
        for (const hear of missed) hear(userId)
      },
      onEmptied: () => {
        for (const hear of emptied) hear()
      },
    })
    const peers = await RedisPeers.start({ link, store: sharedStore, secret, onError })
    const accounts = new RedisAccountStore(accountLink)
    return {
      ...{ clock, sharedStore, accounts, engine, peers, health },
      sessions: new SharedSessionStore(sharedStore, clock),
      forms: { store: sharedStore, secret },
      counting:
        link.partitions > 1
          ? null
          : (window, key) => {
              const { windowMs, limit } = window
              return engine.counting({ key: sharedStore.countKeyOf(window, key), windowMs, limit })
            },
      openPictures: isMember => new SharedPictures({ store: pictureStore, ledger, isMember, secret, clock }),
      run: {
        get id() {
          return engine.runId
        },
      },
      isPrivacyTold: () => engine.isToldPrivacy(),
      notePrivacyTold: () => engine.noteToldPrivacy(),
      onMissed: hear => void missed.push(hear),
      onEmptied: hear => void emptied.push(hear),
      async close() {
        await Promise.all([engine.stop(), accounts.close()])
        for (const store of [sharedStore, pictureStore]) store.close()
        clock.stop()
        for (const each of links) each.close()
        local.stop()
      },
    }
  } catch (error) {
    for (const each of links) each.close()
    local.stop()
    throw error
  }
}
