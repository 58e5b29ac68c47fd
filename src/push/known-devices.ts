import type { AccountStore } from '../accounts/account-store.js'
import { livingDevices } from '../accounts/device.js'
import type { Clock } from '../chat/clock.js'
import { isStorageFailure } from '../chat/errors.js'
import type { PushTeller } from './push-queue.js'
import type { PushSender, PushTry } from './push-sender.js'

const gone: PushTry = { verdict: 'gone', why: 'ended', retryAfterMs: 0 }
const unknown: PushTry = { verdict: 'busy', why: 'storage_failed', retryAfterMs: 0 }

/**
 * Sends to devices that have not ended meanwhile, such as by a log-out on any node: a push may have waited for long. While accounts
 * cannot be read, it is tried again later.
 */
export function sendToKnown(
  sender: Pick<PushSender, 'send' | 'stop'>,
  accounts: Pick<AccountStore, 'findById'>,
  clock: Pick<Clock, 'now' | 'wallTimeOf'>,
): PushTeller {
  return {
    async send(push, ttlSeconds) {
      try {
        const account = await accounts.findById(push.userId)
        const known = livingDevices(account?.devices ?? [], clock.wallTimeOf(clock.now()))
        if (!known.some(({ id }) => id === push.device.id)) return gone
      } catch (error) {
        if (!isStorageFailure(error)) throw error
        return unknown
      }
      return sender.send(push.device, ttlSeconds)
    },
    stop: () => sender.stop(),
  }
}
