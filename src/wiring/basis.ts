import type { Config } from '../config.js'
import type { Context } from '../context.js'
import { Limits } from '../limits.js'
import { createLog } from '../ops/log.js'
import { SystemClock } from '../ops/system-clock.js'
import { MemorySharedStore } from '../shared-store/memory-store.js'
import type { SharedStore } from '../shared-store/shared-store.js'

/** The parts that need no other part. */
export interface Basis extends Pick<Context, 'config' | 'log' | 'limits'> {
  readonly clock: SystemClock
  readonly sharedStore: SharedStore
}

/** Makes the log, the clock and the limits that the settings ask for. */
export function createBasis(config: Config): Basis {
  const log = createLog(config.logLevel)
  const clock = new SystemClock((stepMs, apartMs) =>
    log.warn(
      { stepMs, apartMs },
      `the wall clock was set ${stepMs < 0 ? 'back' : 'forward'}: times shown, sessions and tokens follow it, lifetimes do not`,
    ),
  )
  const sharedStore = new MemorySharedStore(clock)
  return { config, log, clock, sharedStore, limits: new Limits(config, clock, sharedStore) }
}
