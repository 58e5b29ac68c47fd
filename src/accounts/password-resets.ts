import { z } from 'zod'
import { OneTimeLinks, type OneTimeLinksOptions } from './one-time-links.js'

/** What a link for a new password is for. It ends if the account changes in another way first. */
const resetValue = z.object({ userId: z.string(), generation: z.number() })

/** Links for setting a new password. */
export type PasswordResets = OneTimeLinks<z.infer<typeof resetValue>>

/** How long such a link works, in milliseconds. */
export const resetLifetimeMs = 3_600_000

/** Makes links for setting a new password: one for each account at a time. */
export function createPasswordResets(place: Pick<OneTimeLinksOptions<unknown>, 'clock' | 'store'>): PasswordResets {
  return new OneTimeLinks({ ...place, name: 'reset', lifetimeMs: resetLifetimeMs, perOwner: 1, value: resetValue })
}
