import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { ByteLedger } from '#src/shared-store/byte-ledger.js'
import { linkTo } from '../support/redis-link.js'
import { startRedisCluster, startRedisServer } from '../support/redis-server.js'

const longMs = 60_000
let ledgers = 0

describe.each([
  ['one Redis', startRedisServer],
  ['a cluster', startRedisCluster],
])('a ledger of bytes in %s', (_where, start) => {
  const linkOf = linkTo(start)
  const begin = () => {
    ledgers += 1
    return new ByteLedger({ link: linkOf(), name: 'pictures', most: 250, mostEach: 100, space: `l${ledgers}-` })
  }

  test('lets an owner, and all together, hold what they may to the last byte, and again what was released', async () => {
    const ledger = begin()
    await ledger.take('one', 'ann', 60, longMs)
    await ledger.take('two', 'ann', 40, longMs)
    await expect(ledger.take('three', 'ann', 1, longMs)).rejects.toMatchObject({ code: 'person_full' })
    await expect(ledger.refuseOver('ann', 1)).rejects.toMatchObject({ code: 'person_full' })
    await ledger.take('four', 'ben', 100, longMs)
    await ledger.take('five', 'cleo', 50, longMs)
    await expect(ledger.take('six', 'cleo', 1, longMs)).rejects.toMatchObject({ code: 'server_full' })
    await expect(ledger.refuseOver('cleo', 1)).rejects.toMatchObject({ code: 'server_full' })
    expect(await ledger.readHeld()).toBe(250)
    await ledger.release('one')
    await ledger.release('one')
    await ledger.release('never taken')
    expect(await ledger.readHeld()).toBe(190)
    await ledger.refuseOver('ann', 60)
    await ledger.take('seven', 'ann', 60, longMs)
    expect(await ledger.readHeld()).toBe(250)
  })

  test('lets none of many at once be too much', async () => {
    const ledger = begin()
    const takes = Array.from({ length: 30 }, (_, index) => ledger.take(`${index}`, `owner ${index % 3}`, 20, longMs))
    const taken = (await Promise.allSettled(takes)).filter(({ status }) => status === 'fulfilled')
    expect(taken).toHaveLength(12)
    expect(await ledger.readHeld()).toBe(240)
  })

  test('counts an entry for its time alone, which can be prolonged', async () => {
    const ledger = begin()
    await ledger.take('short', 'ann', 60, 60)
    await ledger.take('prolonged', 'ann', 30, 60)
    await ledger.prolong('prolonged', longMs)
    await ledger.prolong('never taken', longMs)
    await sleep(80)
    expect(await ledger.readHeld()).toBe(30)
    await ledger.take('other', 'ann', 70, longMs)
    await expect(ledger.refuseOver('ann', 1)).rejects.toMatchObject({ code: 'person_full' })
  })

  test('has two keys, which end with its last entry, and none once nothing is held', async () => {
    const ledger = begin()
    const keysLeft = async () => {
      const names = ['due', 'held'].map(part => `l${ledgers}-pictures-${part}:{pictures}`)
      return (await Promise.all(names.map(key => linkOf().call('PTTL', key)))).map(Number)
    }
    await ledger.take('one', 'ann', 60, longMs)
    await ledger.take('two', 'ann', 40, longMs / 2)
    for (const left of await keysLeft()) expect([left > longMs - 5000, left <= longMs]).toEqual([true, true])
    await ledger.release('one')
    await ledger.release('two')
    expect(await keysLeft()).toEqual([-2, -2])
  })
})
