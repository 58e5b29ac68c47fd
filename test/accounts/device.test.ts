import { describe, expect, it } from 'vitest'
import { deviceKeysInput, digestSession, livingDevices, mostDevices, withDevice } from '#src/accounts/device.js'
import { deviceOf, subscriptionFields } from '../support/push/devices.js'

const idsOf = (devices: readonly { readonly id: string }[]) => devices.map(({ id }) => id)

describe('the devices of a person', () => {
  it('are the newest ten', () => {
    const ids = Array.from({ length: mostDevices + 1 }, (_, n) => `d${n}`)
    let devices: ReturnType<typeof withDevice> = []
    for (const id of ids) devices = withDevice(devices, deviceOf(id))
    expect([mostDevices, idsOf(devices)]).toEqual([10, ids.slice(1)])
  })

  it.each([
    ['endpoint', { endpoint: deviceOf('a').endpoint }],
    ['session', { session: deviceOf('a').session }],
  ])('have no two of the same %s: the newer takes the place of the older', (_what, same) => {
    const devices = [deviceOf('a'), deviceOf('b')]
    expect(idsOf(withDevice(devices, deviceOf('c', same)))).toEqual(['b', 'c'])
  })

  it('end at their time', () => {
    const devices = [deviceOf('a', { endsAt: 5 }), deviceOf('b', { endsAt: 6 })]
    expect(idsOf(livingDevices(devices, 4))).toEqual(['a', 'b'])
    expect(idsOf(livingDevices(devices, 5))).toEqual(['b'])
  })

  it('know their session by a digest, from which its id cannot be read', () => {
    expect(digestSession('a')).toMatch(/^[\w-]{43}$/)
    expect(digestSession('b')).not.toBe(digestSession('a'))
  })
})

describe('the keys of a browser', () => {
  const { p256dh, auth } = subscriptionFields()
  /** The same point in the form that OpenSSL takes too, and browsers do not. */
  const hybrid = (key: string) => {
    const point = Buffer.from(key, 'base64url')
    point.writeUInt8(6 + ((point.at(-1) ?? 0) & 1))
    return point.toString('base64url')
  }
  const isGood = (keys: object) => deviceKeysInput.safeParse(keys).success

  it('are taken as browsers give them', () => {
    expect(deviceKeysInput.parse({ endpoint: 'x', p256dh, auth })).toEqual({ p256dh, auth })
  })

  it.each([
    ['a public key that is no point of the curve', { p256dh: `BA${'A'.repeat(85)}`, auth }],
    ['a public key of another form', { p256dh: hybrid(p256dh), auth }],
    ['a public key of another length', { p256dh: p256dh.slice(0, -1), auth }],
    ['a public key with other letters', { p256dh: `${p256dh.slice(0, -1)}+`, auth }],
    ['no public key', { auth }],
    ['a secret of another length', { p256dh, auth: `${auth}A` }],
    ['a secret with other letters', { p256dh, auth: `${auth.slice(0, -1)}=` }],
    ['no secret', { p256dh }],
  ])('are refused with %s', (_what, keys) => {
    expect(isGood(keys)).toBe(false)
  })
})
