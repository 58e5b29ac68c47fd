import type { Device } from '../accounts/device.js'

/**
 * What became of a push: told to the push service; the device is gone; refused for good; its message is gone; given up after several
 * tries; forgotten, since too many wait.
 */
export type PushOutcome = 'told' | 'gone' | 'refused' | 'expired' | 'given_up' | 'forgotten'

/** That a device is to be told that there is a message. It says neither what nor from whom. */
export interface Push {
  readonly userId: string
  readonly device: Pick<Device, 'id' | 'endpoint' | 'p256dh' | 'auth'>
  /** When the message goes, ms of `Clock.now()`: nothing is told after that. */
  readonly expiresAt: number
}

/** Tells devices, later and in the background. */
export interface Pushes {
  /** Takes note that a device is to be told. Never waits and never throws; beyond its bound it forgets the oldest. */
  add(push: Push): void
  /** Calls back with devices that their push service no longer knows (404, 410). */
  onGone(hear: (userId: string, deviceId: string) => void): void
  stop(): void
}

/** The keys by which push services know this server (VAPID, RFC 8292), in base64url. */
export interface PushKeys {
  readonly publicKey: string
  readonly privateKey: string
}
