import type { Logger } from 'pino'

/** The longest value that is logged, in characters: strangers choose it. */
const longestValue = 100

/** Logs a fault in how the server or its proxy is set up. `advice` says what is wrong, and how to mend it. */
export type WarnOfSetup = (advice: string, facts: Readonly<Record<string, string | undefined>>) => void

/**
 * Makes what logs faults in the set-up that requests reveal. Each advice is logged once: strangers decide how many requests
 * there are.
 */
export function setupWarnings(log: Logger): WarnOfSetup {
  const given = new Set<string>()
  return (advice, facts) => {
    if (given.has(advice)) return
    given.add(advice)
    const shown = Object.entries(facts).map(([name, value]) => [name, value?.slice(0, longestValue)])
    log.warn(Object.fromEntries(shown), advice)
  }
}
