import { readFileSync } from 'node:fs'
import { ConfigError } from './config.js'

/** With fewer descriptors the server does not start. */
const fewest = 128
/**
 * Descriptors that connections must leave free: an idle server holds 21, and four password workers 16 and two picture
 * converters 12 while they start. The rest is for pictures, few of which are read at once, and for the account file.
 */
const reserved = 80

/** How many descriptors this process may hold; null if the system does not tell. */
function readLimit(): number | null {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return limit === undefined ? null : Number(limit)
  } catch {
    return null
  }
}

/**
 * How many connections the server may take: `wanted`, or fewer if the limit of descriptors allows no more.
 * @throws ConfigError when the limit is too low for any
 */
export function fitConnections(wanted: number, limit = readLimit()): number {
  if (limit === null) return wanted
  if (limit < fewest) {
    throw new ConfigError(`The limit of open files is ${limit} but must be at least ${fewest} (ulimit -n).`)
  }
  return Math.min(wanted, limit - reserved)
}
