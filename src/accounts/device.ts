import { z } from 'zod'
import { languages } from '../languages.js'

/** How many devices of a person are told of messages. */
export const mostDevices = 10

/**
 * A browser that is told of messages while the site is closed (Web Push, RFC 8030), as it is stored beside the account. It belongs
 * to the session that switched it on.
 */
export const deviceSchema = z.strictObject({
  /** Its own among the devices of the account. It tells nothing about the browser. */
  id: z.string().min(1),
  /** Where its push service takes what it is told. A secret: whoever knows it could tell the device something. */
  endpoint: z.string().min(1),
  /** The keys of the browser, with which what it is told is encrypted (RFC 8291), in base64url. */
  p256dh: z.string().min(1),
  auth: z.string().min(1),
  /** A digest of the id of its session. */
  session: z.string().min(1),
  language: z.enum(languages),
  /** What kind of browser it is, and of which system, such as `Firefox` and `Linux`; '' for an unknown one. */
  browser: z.string(),
  system: z.string(),
  /** When it was switched on, ms since the epoch. */
  addedAt: z.number(),
  /** When its session would end unless it is used, ms since the epoch: the device is told nothing from then on. */
  endsAt: z.number(),
})

/** A browser that is told of messages while the site is closed. */
export type Device = z.infer<typeof deviceSchema>
