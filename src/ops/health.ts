/** What an operator should mend, though the server works: each a stable word. */
export const healthWarnings = {
  redis_writes_snapshots: 'Redis saves snapshots (save): messages reach a disk',
  redis_writes_log: 'Redis keeps a log of changes (appendonly): messages reach a disk',
  redis_evicts:
    'Redis evicts when its memory is full (maxmemory-policy): messages and sessions may go before their time',
  redis_replicas_write:
    'A replica of Redis loads or gets its copy by a file (repl-diskless-load, repl-diskless-sync): messages reach a disk',
  redis_unknown: 'Redis does not say how it is set (CONFIG GET): whether messages reach a disk is not known',
  accounts_not_kept: 'The Redis of the accounts saves nothing: accounts are gone when it stops',
  one_redis_for_both:
    'Messages and accounts are in the same Redis, though messages should reach no disk and accounts should',
} as const
/** One of them. */
export type HealthWarning = keyof typeof healthWarnings

/** What is known of what the server needs. */
export interface HealthSource {
  /** Whether something that it needs does not answer. */
  readonly isAway: boolean
  readonly warnings: readonly HealthWarning[]
}

/** The health of a server that needs nothing but itself. */
export const soundHealth: HealthSource = { isAway: false, warnings: [] }

/** Whether the server has what it needs, as a stable word. */
export function healthStatus({ isAway }: HealthSource): 'ok' | 'degraded' {
  return isAway ? 'degraded' : 'ok'
}
