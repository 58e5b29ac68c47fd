// Loaded before all other modules, with hardly a descriptor left: it must load none itself.
import { readFileSync } from 'node:fs'

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
 * What the operator is told when the limit of descriptors is too low to start; null when it is not, and where the system does
 * not tell. To be asked before modules are loaded: node takes one that it has no descriptor for as missing.
 */
export function refuseLowLimit(limit = readLimit()): string | null {
  if (limit === null || limit >= fewest) return null
  return `The limit of open files is ${limit} but must be at least ${fewest} (ulimit -n).`
}

/** MAX_CONNECTIONS, lower than asked for, as the log says it. */
export interface LoweredConnections {
  readonly setting: 'MAX_CONNECTIONS'
  readonly asked: number
  readonly given: number
  /** The limit of descriptors, some of which the server keeps for other things. */
  readonly openFiles: number
}

/**
 * How many connections the server may take: `asked`, or fewer if the limit of descriptors allows no more; `lowered` is null
 * where it does.
 */
export function fitConnections(
  asked: number,
  limit = readLimit(),
): { readonly maxConnections: number; readonly lowered: LoweredConnections | null } {
  const most = limit === null ? asked : limit - reserved
  if (limit === null || most >= asked) return { maxConnections: asked, lowered: null }
  return { maxConnections: most, lowered: { setting: 'MAX_CONNECTIONS', asked, given: most, openFiles: limit } }
}
