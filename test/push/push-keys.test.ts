import { expect, it } from 'vitest'
import { MemoryAccountStore } from '#src/accounts/store/memory-store.js'
import { openPushKeys } from '#src/push/push-keys.js'
import { publicKeyOf } from '#src/vapid-key.js'

const given = {
  publicKey: 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8',
  privateKey: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
}

it('are made once, and are the same from then on', async () => {
  const accounts = new MemoryAccountStore()
  const keys = await openPushKeys(null, accounts)
  expect(publicKeyOf(keys.privateKey)).toBe(keys.publicKey)
  expect(await openPushKeys(null, accounts)).toEqual(keys)
  expect(await openPushKeys(null, new MemoryAccountStore())).not.toEqual(keys)
})

it('are those of the settings, of which nothing is kept', async () => {
  const accounts = new MemoryAccountStore()
  expect(await openPushKeys(given, accounts)).toEqual(given)
  expect(await openPushKeys(null, accounts)).not.toEqual(given)
})

it('that are damaged stop the start with a sentence that does not hold them', async () => {
  const opened = openPushKeys(null, { keepSecret: async () => 'damaged' })
  await expect(opened).rejects.toMatchObject({ name: 'ConfigError', message: expect.not.stringContaining('"damaged"') })
})
