import { type Device, livingDevices } from '../accounts/device.js'
import type { ViewContext } from './renderer.js'

/** A device as its owner sees it in a list. */
export interface DeviceView {
  readonly id: string
  readonly name: string
  /** Since when it is told of messages, and whether it is the browser that shows the list. */
  readonly hint: string
}

/**
 * The devices of a person that are told of messages, the newest first.
 * @param here the digest of the session that looks
 * @param now ms since the epoch
 */
export function viewDevices(
  devices: readonly Device[],
  here: string,
  now: number,
  { t, times }: Pick<ViewContext, 't' | 'times'>,
): readonly DeviceView[] {
  return livingDevices(devices, now)
    .toReversed()
    .map(({ id, browser, system, session, addedAt }) => {
      const known = browser || t('settings.deviceUnknown')
      const sentence = session === here ? 'settings.deviceHere' : 'settings.deviceSince'
      return {
        id,
        name: system ? t('settings.device', { browser: known, system }) : known,
        hint: t(sentence, { day: times.day(addedAt) }),
      }
    })
}
