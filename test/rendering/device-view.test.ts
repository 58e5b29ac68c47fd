import { expect, it } from 'vitest'
import { viewDevices } from '#src/rendering/device-view.js'
import { viewContext } from '#src/rendering/renderer.js'
import { deviceOf } from '../support/push/devices.js'

const context = viewContext({ language: 'en', zone: 'UTC' })
const friday = Date.UTC(2026, 10, 27)

it('devices are listed by name and day, the newest first, and the one that looks is marked', () => {
  const devices = [
    deviceOf('a', { addedAt: friday }),
    deviceOf('b', { browser: '', system: 'iOS', addedAt: friday + 86_400_000 }),
    deviceOf('c', { browser: 'Chrome', system: '', addedAt: friday }),
    deviceOf('d', { browser: '', system: '', addedAt: friday }),
  ]
  expect(viewDevices(devices, 'session of b', friday, context)).toEqual([
    { id: 'd', name: 'Unknown browser', hint: 'Since Friday, November 27' },
    { id: 'c', name: 'Chrome', hint: 'Since Friday, November 27' },
    { id: 'b', name: 'Unknown browser on iOS', hint: 'This browser, since Saturday, November 28' },
    { id: 'a', name: 'Firefox on Linux', hint: 'Since Friday, November 27' },
  ])
})

it('devices that have ended are not listed', () => {
  expect(viewDevices([deviceOf('a', { endsAt: friday })], '', friday, context)).toEqual([])
})
