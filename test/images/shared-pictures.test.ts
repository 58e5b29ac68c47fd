import { expect, test } from 'vitest'
import { SharedPictures } from '#src/images/shared-pictures.js'
import { ByteLedger } from '#src/shared-store/byte-ledger.js'
import { RedisSharedStore } from '#src/shared-store/redis-store.js'
import { linkTo } from '../support/redis-link.js'
import { startRedisServer } from '../support/redis-server.js'
import { beginPictures, describePictureStore, type MakePictureStore } from './picture-store-suite.js'

const linkOf = linkTo(startRedisServer)
const secret = 'a secret of the tests'
let stores = 0

const makeStore: MakePictureStore = async (clock, isMember, { maxHeldBytes, maxHeldBytesPerPerson }) => {
  stores += 1
  const store = new RedisSharedStore({ link: linkOf(), secret, space: `${stores}-` })
  // Apart from the keys that the tests look at.
  const place = { link: linkOf(), name: 'pictures', space: `ledger-${stores}-` }
  const ledger = new ByteLedger({ ...place, most: maxHeldBytes, mostEach: maxHeldBytesPerPerson })
  return new SharedPictures({ store, ledger, isMember, secret, clock })
}
const listKeys = async () =>
  String(await linkOf().call('KEYS', `${stores}-*`))
    .split(',')
    .filter(Boolean)
const timesLeft = async () => Promise.all((await listKeys()).map(async key => Number(await linkOf().call('PTTL', key))))

describePictureStore('in Redis', makeStore)

test('a picture in Redis goes five minutes after it was not sent, else with its message, by itself', async () => {
  const { engine, clock, room, store, ref, add, send, settle } = await beginPictures(makeStore)
  await add()
  for (const left of await timesLeft()) expect([left > 290_000, left <= 300_000]).toEqual([true, true])
  const message = await send(60_000)
  expect(await listKeys()).toHaveLength(4)
  for (const left of await timesLeft()) expect([left > 50_000, left <= 60_000]).toEqual([true, true])
  await store.take({ type: 'image.kept', imageId: ref.id, expiresAt: clock.now() + 120_000 })
  for (const left of await timesLeft()) expect([left > 110_000, left <= 120_000]).toEqual([true, true])
  await engine.removeMessage(room, 'alice', message.id)
  await settle()
  expect(await listKeys()).toEqual([])
})

test('a picture in Redis cannot be read by whoever has Redis: neither bytes, description, id nor key are there', async () => {
  const { ref, room, add, send } = await beginPictures(makeStore)
  await add()
  await send()
  const held = await Promise.all((await listKeys()).map(async key => `${key} ${await linkOf().call('DUMP', key)}`))
  expect(held).toHaveLength(4)
  for (const secretText of ['the bytes', ref.alt, ref.id, room, 'alice', 'n1'])
    expect(held.join(' ')).not.toContain(secretText)
})
