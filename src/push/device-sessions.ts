import type { Logger } from 'pino'
import type { Account } from '../accounts/account.js'
import { type Device, deviceOfSession, digestSession } from '../accounts/device.js'
import type { People } from '../accounts/people.js'
import type { Clock } from '../chat/clock.js'
import type { UserId } from '../chat/engine.js'

/** A device is prolonged once so much of its session's time is over, or so long after the last time: most requests write nothing. */
const prolongedAfter = 1 / 7
const mostUnprolongedMs = 86_400_000

/** What `DeviceSessions` needs. */
export interface DeviceSessionsDeps {
  readonly people: Pick<People, 'dropDevices' | 'prolongDevice'>
  readonly clock: Clock
  readonly log: Logger
  /** How long a session lasts from its last use, ms. */
  readonly sessionTtlMs: number
}

/**
 * Has each device last as long as the session that switched it on: until somebody ends that, or as long after its last use. Where
 * sessions are lost with the process, their devices go on until then.
 */
export class DeviceSessions {
  readonly #deps: DeviceSessionsDeps
  /** The sessions whose devices are being prolonged: a page causes several requests at once. */
  readonly #prolonging = new Set<string>()

  constructor(deps: DeviceSessionsDeps) {
    this.#deps = deps
  }

  /** When the device of a session ends that is used now, ms since the epoch. */
  get endsAt(): number {
    const { clock, sessionTtlMs } = this.#deps
    return clock.wallTimeOf(clock.now()) + sessionTtlMs
  }

  /** A session was ended on purpose. */
  ended(userId: UserId, sessionId: string): void {
    const { people, log } = this.#deps
    const session = digestSession(sessionId)
    people
      .dropDevices(userId, device => device.session === session)
      .catch((error: unknown) =>
        log.error({ err: error }, 'the device of a session that has ended could not be removed'),
      )
  }

  /** A session was used. */
  used(account: Pick<Account, 'id' | 'devices'>, sessionId: string): void {
    const device = deviceOfSession(account, sessionId)
    if (device === null || !this.#isDue(device) || this.#prolonging.has(device.session)) return
    void this.#prolong(account.id, device.session)
  }

  #isDue({ endsAt }: Device): boolean {
    const { sessionTtlMs } = this.#deps
    return this.endsAt - endsAt >= Math.min(sessionTtlMs * prolongedAfter, mostUnprolongedMs)
  }

  async #prolong(userId: UserId, session: string): Promise<void> {
    const { people, log } = this.#deps
    this.#prolonging.add(session)
    try {
      await people.prolongDevice(userId, session, this.endsAt)
    } catch (error) {
      // The next request tries again.
      log.warn({ err: error }, 'a device could not be prolonged with its session')
    } finally {
      this.#prolonging.delete(session)
    }
  }
}
