import type { OneTimeLinks } from './one-time-links.js'

/** Links that stand for a forgotten password. One ends when anything else changes the account first. */
export type PasswordResets = OneTimeLinks<{ readonly userId: string; readonly generation: number }>

/** How long such a link works, in milliseconds. */
export const resetLifetimeMs = 3_600_000
