import { describe, expect, it } from 'vitest'
import { type Account, newAccount } from '#src/accounts/account.js'
import { MemoryAccountStore } from '#src/accounts/store/memory-store.js'

function account(username: string, changes: Partial<Account> = {}): Account {
  const email = `${username}@example.com`
  const begun = newAccount({ id: `id-${username}`, username, email, passwordHash: 'hash', createdAt: 1 })
  return { ...begun, ...changes }
}

async function storeOf(...names: string[]): Promise<MemoryAccountStore> {
  const store = new MemoryAccountStore()
  for (const name of names) await store.add(account(name))
  return store
}

async function namesFound(store: MemoryAccountStore, part: string, limit = 20): Promise<string[]> {
  return (await store.search(part, limit)).map(({ username }) => username)
}

describe('the store of accounts', () => {
  it('finds by id, name and e-mail, whatever the case', async () => {
    const store = await storeOf('Straße', 'ΟΔΟΣ')
    expect((await store.findById('id-Straße'))?.username).toBe('Straße')
    expect((await store.findByUsername('STRASSE'))?.username).toBe('Straße')
    expect((await store.findByUsername('οδος'))?.username).toBe('ΟΔΟΣ')
    expect((await store.findByUsername('οδοσ'))?.username).toBe('ΟΔΟΣ')
    expect((await store.findByEmail(' STRAßE@Example.COM'))?.username).toBe('Straße')
    expect(await store.findById('id')).toBeNull()
    expect(await store.findByEmail('nobody@example.com')).toBeNull()
  })

  it('refuses what is taken, and keeps nothing of it', async () => {
    const store = await storeOf('alice')
    await expect(store.add(account('ALICE', { id: '2', email: 'new@example.com' }))).rejects.toMatchObject({
      fields: { username: 'username_taken' },
    })
    await expect(store.add(account('ａｌｉｃｅ', { id: '2', email: 'new@example.com' }))).rejects.toMatchObject({
      fields: { username: 'username_taken' },
    })
    await expect(store.add(account('new', { id: '2', email: 'Alice@Example.com' }))).rejects.toMatchObject({
      fields: { email: 'email_taken' },
    })
    await expect(store.add(account('Alice', { id: '2' }))).rejects.toMatchObject({
      fields: { username: 'username_taken', email: 'email_taken' },
    })
    await expect(store.add(account('carol', { id: 'id-alice' }))).rejects.toMatchObject({ code: 'conflict' })
    expect(await store.findByEmail('new@example.com')).toBeNull()
    expect(await namesFound(store, '')).toEqual(['alice'])
  })

  it('knows the highest cost of a hash as accounts come, change and go', async () => {
    const store = await storeOf('none')
    const costs: number[] = []
    const note = async () => costs.push(await store.highestPasswordCost())
    await note()
    for (const [name, cost] of [
      ['a', '10'],
      ['b', '12'],
      ['c', '12'],
    ] as const)
      await store.add(account(name, { passwordHash: `$2b$${cost}$x` }))
    await note()
    await store.update('id-b', { passwordHash: '$2b$04$x' })
    await note()
    await store.amend('id-c', () => ({ passwordHash: '$2b$11$x' }))
    await note()
    await store.remove('id-c')
    expect(await store.clone().highestPasswordCost()).toBe(10)
    await note()
    expect(costs).toEqual([0, 12, 12, 11, 10])
  })

  it.each([
    ['alice', 'aIice'],
    ['alice', 'aliᴄe'],
    ['alice', 'аӏісе'],
    ['alice', 'a1ice'],
    ['alice', 'álicé'],
    ['аӏісе', 'alice'],
    ['aIice', 'a1ice'],
    ['ΡΑΟΥΑ', 'PAOYA'],
    ['morning', 'rnorning'],
    ['b0b', 'bob'],
    ['Zoë', 'zoe'],
    ['Jose\u0301', 'JOSÈ'],
    ['Straße', 'STRAẞE'],
    ['カタナ', '力タナ'],
    ['ひ二つ', 'ひニつ'],
  ])('refuses beside %s what is too much like it: %s', async (kept, other) => {
    const store = await storeOf(kept)
    await expect(store.add(account(other))).rejects.toMatchObject({ fields: { username: 'username_too_alike' } })
    await expect(store.refuseTaken(other, `${kept}@example.com`)).rejects.toMatchObject({
      fields: { username: 'username_too_alike', email: 'email_taken' },
    })
    expect(await namesFound(store, '')).toEqual([kept])
    await store.remove(`id-${kept}`)
    await expect(store.add(account(other))).resolves.toBeUndefined()
  })

  it.each([
    ['alice', 'alicia'],
    ['anna', 'hanna'],
    ['person-1', 'person-2'],
    ['हस', 'हँस'],
    ['かな', 'がな'],
    ['김철수', '김철호'],
    ['мир', 'мор'],
  ])('takes %s and %s, which differ for the eye', async (one, other) => {
    await expect(storeOf(one, other)).resolves.toBeDefined()
  })

  it('holds two that were there before and look alike, each by its own name, and refuses a third', async () => {
    const [ours, theirs] = [account('alice'), account('аӏісе')]
    const store = MemoryAccountStore.of([ours, theirs, account('admin')]).clone()
    expect(await store.findByUsername('ALICE')).toMatchObject({ id: ours.id })
    expect(await store.findByUsername('Аӏісе')).toMatchObject({ id: theirs.id })
    expect(await namesFound(store, 'ali')).toEqual(['alice'])
    expect(await namesFound(store, 'аӏі')).toEqual(['аӏісе'])
    expect(await store.update(theirs.id, { passwordHash: 'new' })).toMatchObject({ username: 'аӏісе', generation: 1 })
    expect(await store.remove(ours.id)).toBe(true)
    expect(await store.findByUsername('alice')).toBeNull()
    expect(await store.findByUsername('аӏісе')).toMatchObject({ passwordHash: 'new' })
    await expect(store.add(account('aIice'))).rejects.toMatchObject({ fields: { username: 'username_too_alike' } })
    await store.remove(theirs.id)
    await expect(store.add(account('aIice'))).resolves.toBeUndefined()
  })

  it('lets only one of many at once have a name', async () => {
    const store = new MemoryAccountStore()
    const tries = Array.from({ length: 10 }, (_, n) =>
      store.add(account('zoe', { id: `${n}`, email: `${n}@x.example` })),
    )
    const outcomes = await Promise.allSettled(tries)
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('raises the generation with every change, and only from the one expected', async () => {
    const store = await storeOf('alice')
    expect(await store.update('id-alice', {})).toMatchObject({ generation: 1, passwordHash: 'hash' })
    expect(await store.update('id-alice', { passwordHash: 'new', ifGeneration: 1 })).toMatchObject({ generation: 2 })
    await expect(store.update('id-alice', { passwordHash: 'late', ifGeneration: 1 })).rejects.toMatchObject({
      code: 'conflict',
    })
    expect(await store.findById('id-alice')).toMatchObject({ generation: 2, passwordHash: 'new' })
    await expect(store.update('nobody', {})).rejects.toMatchObject({ code: 'not_found' })
  })

  it('forgets who is removed, and frees the name', async () => {
    const store = await storeOf('alice', 'bob')
    expect(await store.remove('id-alice')).toBe(true)
    expect(await store.remove('id-alice')).toBe(false)
    expect(await store.findByUsername('alice')).toBeNull()
    expect(await namesFound(store, '')).toEqual(['bob'])
    await expect(store.add(account('alice'))).resolves.toBeUndefined()
    expect((await store.findMany(['id-bob', 'gone', 'id-alice'])).map(({ id }) => id)).toEqual(['id-bob', 'id-alice'])
  })

  it('finds by a part of the name: beginnings first, by name, no more than asked', async () => {
    const store = await storeOf('joanna', 'hanna', 'Anna', 'annabel', 'bob')
    expect(await namesFound(store, 'AN')).toEqual(['Anna', 'annabel', 'hanna', 'joanna'])
    expect(await namesFound(store, 'ann', 3)).toEqual(['Anna', 'annabel', 'hanna'])
    expect(await namesFound(store, 'ann', 1)).toEqual(['Anna'])
    expect(await namesFound(store, '')).toEqual(['Anna', 'annabel', 'bob', 'hanna', 'joanna'])
    expect(await namesFound(store, 'example.com')).toEqual([])
  })

  it('stays fast with 100,000 accounts', async () => {
    const store = new MemoryAccountStore()
    for (let n = 0; n < 100_000; n++) await store.add(account(`person-${n}`))
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
})
