import { readFileSync } from 'node:fs'
import { ConfigError } from './config.js'

/** With fewer the server does not start. */
const fewest = 128
/**
 * What connections must leave free: an idle server holds 21, four password workers 16 and two picture converters 12 as they
 * start; the rest is for pictures, of which few are read or written at once, and for the file of accounts.
 */
const reserved = 80

/** How many descriptors this process may hold; null where the system does not say. */
function readLimit(): number | null {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return limit === undefined ? null : Number(limit)
  } catch {
    return null
  }
}

/**
 * How many connections fit: no more than `wanted`, and as many as the limit of descriptors allows.
 * @throws ConfigError when the limit is too low for any
 */
export function fitConnections(wanted: number, limit = readLimit()): number {
  if (limit === null) return wanted
  if (limit < fewest) {
    throw new ConfigError(`The limit of open files is ${limit} but must be at least ${fewest} (ulimit -n).`)
  }
  return Math.min(wanted, limit - reserved)
}
