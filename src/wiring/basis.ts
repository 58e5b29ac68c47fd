import type { Backend } from '../backends/backend.js'
import type { Config } from '../config.js'
import type { Context } from '../context.js'
import { fitCaps, readMemoryThereIs, sayLowered } from '../fitted-caps.js'
import { Limits } from '../limits.js'
import { createLog } from '../ops/log.js'
import type { SharedStore } from '../shared-store/shared-store.js'

/** The parts that need no other part. */
export interface Basis extends Pick<Context, 'config' | 'lowered' | 'log' | 'limits' | 'clock' | 'forms'> {
  readonly backend: Backend
  readonly sharedStore: SharedStore
}

/**
 * Makes the log, the backend and the limits that the settings ask for. Caps that do not fit the memory there is are lowered, and
 * the log says so.
 * @throws ConfigError, AccountFileError
 */
export async function createBasis(asked: Config): Promise<Basis> {
  const log = createLog(asked.logLevel)
  const { config, lowered } = fitCaps(asked, readMemoryThereIs(asked))
  for (const cap of lowered) log.warn(cap, sayLowered(cap))
  const backend = await openBackend(config, log)
  const { clock, sharedStore, forms } = backend
  return { config, lowered, log, backend, clock, sharedStore, forms, limits: new Limits(config, clock, sharedStore) }
}

/** Of the two backends only the one that is used is loaded: without REDIS_URL no client of Redis is. */
async function openBackend(config: Config, log: Context['log']): Promise<Backend> {
  if (config.redisUrl === null) {
    const { openMemoryBackend } = await import('../backends/memory/memory-backend.js')
    return openMemoryBackend(config, log)
  }
  const { openRedisBackend } = await import('../backends/redis/redis-backend.js')
  return openRedisBackend(config, log)
}
