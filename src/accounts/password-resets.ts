import type { OneTimeLinks } from './one-time-links.js'

/** Links for setting a new password. A link ends if the account changes in another way first. */
export type PasswordResets = OneTimeLinks<{ readonly userId: string; readonly generation: number }>

/** How long such a link works, in milliseconds. */
export const resetLifetimeMs = 3_600_000
