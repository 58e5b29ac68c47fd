import { createHash, ECDH } from 'node:crypto'
import { z } from 'zod'
import { pushCurve } from '../vapid-key.js'

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

/** What is known of a device that is switched on. */
export type NewDevice = Omit<Device, 'id' | 'addedAt'>

/** The keys that a browser gives for what it is told. A key that is none would fail at each push. */
export const deviceKeysInput = z.object({
  p256dh: z.string().refine(isPublicKey),
  auth: z.string().regex(/^[\w-]{22}$/),
})

/** The digest of a session's id, by which its device knows it. The id itself would let whoever reads it in. */
export function digestSession(sessionId: string): string {
  return createHash('sha256').update(sessionId).digest('base64url')
}

/** The devices that have not ended by a time, ms since the epoch. */
export function livingDevices(devices: readonly Device[], now: number): readonly Device[] {
  return devices.filter(({ endsAt }) => endsAt > now)
}

/** The device of an account that belongs to a session, or null. */
export function deviceOfSession(
  { devices }: { readonly devices: readonly Device[] },
  sessionId: string,
): Device | null {
  // Most accounts have none: they make no digest at each request.
  if (devices.length === 0) return null
  const digest = digestSession(sessionId)
  return devices.find(({ session }) => session === digest) ?? null
}

/**
 * The devices with one more, the newest ten. It takes the place of one with the same endpoint, or of the same session, since a
 * browser has one endpoint at a time.
 */
export function withDevice(devices: readonly Device[], device: Device): readonly Device[] {
  const others = devices.filter(({ endpoint, session }) => endpoint !== device.endpoint && session !== device.session)
  return [...others, device].slice(-mostDevices)
}

/** Whether a text is a point of the curve P-256, not compressed, in base64url. */
function isPublicKey(text: string): boolean {
  // The first byte says that it is not compressed: 4.
  if (!/^B[A-P][\w-]{85}$/.test(text)) return false
  try {
    ECDH.convertKey(text, pushCurve, 'base64url', 'base64url', 'uncompressed')
    return true
  } catch {
    return false
  }
}
