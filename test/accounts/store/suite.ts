import { describe, expect, it, onTestFinished } from 'vitest'
import { type Account, newAccount } from '#src/accounts/account.js'
import type { AccountStore } from '#src/accounts/account-store.js'
import { deviceOf } from '../../support/push/devices.js'

/** An account of a name. */
export function accountOf(username: string, changes: Partial<Account> = {}): Account {
  const email = `${username}@example.com`
  const begun = newAccount({ id: `id-${username}`, username, email, passwordHash: 'hash', createdAt: 1 })
  return { ...begun, ...changes }
}

/** The names that a search finds, in their order. */
export async function namesFound(store: AccountStore, part: string, limit = 20): Promise<string[]> {
  return (await store.search(part, limit)).map(({ username }) => username)
}

/** What every store of accounts must do. `open` opens one without accounts. */
export function describeAccountStore(name: string, open: () => Promise<AccountStore>): void {
  async function begin(...names: string[]): Promise<AccountStore> {
    const store = await open()
    onTestFinished(() => store.close())
    for (const each of names) await store.add(accountOf(each))
    return store
  }

  describe(`the store of accounts in ${name}`, () => {
    it('finds by id, name and e-mail, whatever the case', async () => {
      const store = await begin('Straße', 'ΟΔΟΣ')
      expect((await store.findById('id-Straße'))?.username).toBe('Straße')
      expect((await store.findByUsername('STRASSE'))?.username).toBe('Straße')
      expect((await store.findByUsername('οδος'))?.username).toBe('ΟΔΟΣ')
      expect((await store.findByUsername('οδοσ'))?.username).toBe('ΟΔΟΣ')
      expect((await store.findByEmail(' STRAßE@Example.COM'))?.username).toBe('Straße')
      expect(await store.findById('id')).toBeNull()
      expect(await store.findByEmail('nobody@example.com')).toBeNull()
    })

    it('refuses what is taken, and keeps nothing of it', async () => {
      const store = await begin('alice')
      await expect(store.add(accountOf('ALICE', { id: '2', email: 'new@example.com' }))).rejects.toMatchObject({
        fields: { username: 'username_taken' },
      })
      await expect(store.add(accountOf('ａｌｉｃｅ', { id: '2', email: 'new@example.com' }))).rejects.toMatchObject({
        fields: { username: 'username_taken' },
      })
      await expect(store.add(accountOf('new', { id: '2', email: 'Alice@Example.com' }))).rejects.toMatchObject({
        fields: { email: 'email_taken' },
      })
      await expect(store.add(accountOf('Alice', { id: '2' }))).rejects.toMatchObject({
        fields: { username: 'username_taken', email: 'email_taken' },
      })
      await expect(store.add(accountOf('carol', { id: 'id-alice' }))).rejects.toMatchObject({ code: 'conflict' })
      expect(await store.findByEmail('new@example.com')).toBeNull()
      expect(await namesFound(store, '')).toEqual(['alice'])
    })

    it('knows the highest cost of a hash as accounts come, change and go', async () => {
      const store = await begin('none')
      const costs: number[] = []
      const note = async () => costs.push(await store.highestPasswordCost())
      await note()
      for (const [name, cost] of [
        ['a', '10'],
        ['b', '12'],
        ['c', '12'],
      ] as const)
        await store.add(accountOf(name, { passwordHash: `$2b$${cost}$x` }))
      await note()
      await store.update('id-b', { passwordHash: '$2b$04$x' })
      await note()
      await store.amend('id-c', () => ({ passwordHash: '$2b$11$x' }))
      await note()
      await store.remove('id-c')
      expect(await store.highestPasswordCost()).toBe(10)
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
      const store = await begin(kept)
      await expect(store.add(accountOf(other))).rejects.toMatchObject({ fields: { username: 'username_too_alike' } })
      await expect(store.refuseTaken(other, `${kept}@example.com`)).rejects.toMatchObject({
        fields: { username: 'username_too_alike', email: 'email_taken' },
      })
      expect(await namesFound(store, '')).toEqual([kept])
      await store.remove(`id-${kept}`)
      await expect(store.add(accountOf(other))).resolves.toBeUndefined()
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
      await expect(begin(one, other)).resolves.toBeDefined()
    })

    it('lets only one of many at once have a name', async () => {
      const store = await begin()
      const tries = Array.from({ length: 10 }, (_, n) =>
        store.add(accountOf('zoe', { id: `${n}`, email: `${n}@x.example` })),
      )
      const outcomes = await Promise.allSettled(tries)
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    })

    it('raises the generation with every change, and only from the one expected', async () => {
      const store = await begin('alice')
      expect(await store.update('id-alice', {})).toMatchObject({ generation: 1, passwordHash: 'hash' })
      expect(await store.update('id-alice', { passwordHash: 'new', ifGeneration: 1 })).toMatchObject({ generation: 2 })
      await expect(store.update('id-alice', { passwordHash: 'late', ifGeneration: 1 })).rejects.toMatchObject({
        code: 'conflict',
      })
      expect(await store.findById('id-alice')).toMatchObject({ generation: 2, passwordHash: 'new' })
      await expect(store.update('nobody', {})).rejects.toMatchObject({ code: 'not_found' })
    })

    it('keeps devices until a change ends the sessions of their account', async () => {
      const store = await begin('alice', 'bob')
      const devices = [deviceOf('a'), deviceOf('b', { browser: '', system: '' })]
      for (const id of ['id-alice', 'id-bob']) await store.amend(id, () => ({ devices }))
      await store.amend('id-alice', () => ({ blocked: ['id-bob'] }))
      expect((await store.findById('id-alice'))?.devices).toEqual(devices)
      expect((await store.update('id-alice', {})).devices).toEqual([])
      expect((await store.findById('id-alice'))?.devices).toEqual([])
      expect((await store.findById('id-bob'))?.devices).toEqual(devices)
    })

    it('forgets who is removed, and frees the name', async () => {
      const store = await begin('alice', 'bob')
      expect(await store.remove('id-alice')).toBe(true)
      expect(await store.remove('id-alice')).toBe(false)
      expect(await store.findByUsername('alice')).toBeNull()
      expect(await namesFound(store, '')).toEqual(['bob'])
      await expect(store.add(accountOf('alice'))).resolves.toBeUndefined()
      expect((await store.findMany(['id-bob', 'gone', 'id-alice'])).map(({ id }) => id)).toEqual(['id-bob', 'id-alice'])
    })

    it('lists all accounts, each once', async () => {
      const names = Array.from({ length: 30 }, (_, index) => `person ${index}`)
      const store = await begin(...names)
      await store.update('id-person 3', {})
      expect((await store.all()).map(({ username }) => username).sort()).toEqual([...names].sort())
    })

    it('keeps the first text of a name, whoever proposes another', async () => {
      const store = await begin()
      const kept = await Promise.all(['one', 'two', 'three'].map(text => store.keepSecret('a-key', text)))
      expect(new Set(kept).size).toBe(1)
      expect(['one', 'two', 'three']).toContain(kept[0])
      expect(await store.keepSecret('a-key', 'four')).toBe(kept[0])
      expect(await store.keepSecret('another-key', 'five')).toBe('five')
    })

    it('finds by a part of the name: beginnings first, by name, no more than asked', async () => {
      const store = await begin('joanna', 'hanna', 'Anna', 'annabel', 'bob')
      expect(await namesFound(store, 'AN')).toEqual(['Anna', 'annabel', 'hanna', 'joanna'])
      expect(await namesFound(store, 'ann', 3)).toEqual(['Anna', 'annabel', 'hanna'])
      expect(await namesFound(store, 'ann', 1)).toEqual(['Anna'])
      expect(await namesFound(store, '')).toEqual(['Anna', 'annabel', 'bob', 'hanna', 'joanna'])
      expect(await namesFound(store, 'example.com')).toEqual([])
    })
  })
}
