import type { Device } from '#src/accounts/device.js'
import { PushBrowser } from './push-browser.js'

let count = 0

/** What a browser's script posts to be told of messages. */
export function subscriptionFields(endpoint?: string): { endpoint: string; p256dh: string; auth: string } {
  count += 1
  return { endpoint: endpoint ?? `https://push.example/${count}`, ...new PushBrowser().keys }
}

/** A device of an account, which lasts for long unless told. */
export function deviceOf(id: string, changes: Partial<Device> = {}): Device {
  return {
    id,
    endpoint: `https://push.example/${id}`,
    p256dh: 'public',
    auth: 'secret',
    session: `session of ${id}`,
    browser: 'Firefox',
    system: 'Linux',
    addedAt: 1,
    endsAt: 1e15,
    ...changes,
  }
}
