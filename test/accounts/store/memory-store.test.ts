import { expect, it } from 'vitest'
import { MemoryAccountStore } from '#src/accounts/store/memory-store.js'
import { accountOf, describeAccountStore, namesFound } from './suite.js'

describeAccountStore('memory', async () => new MemoryAccountStore())

it('holds two that were there before and look alike, each by its own name, and refuses a third', async () => {
  const [ours, theirs] = [accountOf('alice'), accountOf('аӏісе')]
  const store = MemoryAccountStore.of([ours, theirs, accountOf('admin')]).clone()
  expect(await store.findByUsername('ALICE')).toMatchObject({ id: ours.id })
  expect(await store.findByUsername('Аӏісе')).toMatchObject({ id: theirs.id })
  expect(await namesFound(store, 'ali')).toEqual(['alice'])
  expect(await namesFound(store, 'аӏі')).toEqual(['аӏісе'])
  expect(await store.update(theirs.id, { passwordHash: 'new' })).toMatchObject({ username: 'аӏісе', generation: 1 })
  expect(await store.remove(ours.id)).toBe(true)
  expect(await store.findByUsername('alice')).toBeNull()
  expect(await store.findByUsername('аӏісе')).toMatchObject({ passwordHash: 'new' })
  await expect(store.add(accountOf('aIice'))).rejects.toMatchObject({ fields: { username: 'username_too_alike' } })
  await store.remove(theirs.id)
  await expect(store.add(accountOf('aIice'))).resolves.toBeUndefined()
})

it('stays fast with 100,000 accounts', async () => {
  const store = new MemoryAccountStore()
  for (let n = 0; n < 100_000; n++) await store.add(accountOf(`person-${n}`))
  const start = performance.now()
  for (let n = 0; n < 10_000; n++) {
    await store.findById(`id-person-${n}`)
    await store.findByEmail(`person-${n}@example.com`)
    await store.findByUsername(`PERSON-${n}`)
  }
  expect((performance.now() - start) / 30_000).toBeLessThan(0.1)
  const searchStart = performance.now()
  for (let n = 0; n < 10; n++) await store.search('not there', 20)
  expect((performance.now() - searchStart) / 10).toBeLessThan(50)
})
