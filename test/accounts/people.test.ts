// Long because every case of one behaviour stands here.
import { afterAll, describe, expect, it, vi } from 'vitest'
import { newAccount } from '#src/accounts/account.js'
import { Admission } from '#src/accounts/admission.js'
import { Passwords } from '#src/accounts/passwords.js'
import { People } from '#src/accounts/people.js'
import { MemoryAccountStore } from '#src/accounts/store/memory-store.js'
import { ChatError } from '#src/chat/errors.js'
import { readConfig } from '#src/config.js'
import { Limits } from '#src/limits.js'
import { FakeClock } from '../support/fake-clock.js'
import { deviceOf } from '../support/push/devices.js'

const passwords = new Passwords({ cost: 4 })

afterAll(() => passwords.close())

async function peopleWith(names: string[], directory: 'open' | 'exact' = 'open') {
  const people = new People({ store: new MemoryAccountStore(), passwords, directory, clock: new FakeClock() })
  const ids = new Map<string, string>()
  for (const username of names) {
    const account = await people.register({ username, email: `${username}@example.com`, password: 'password of it' })
    ids.set(username, account.id)
  }
  return { people, idOf: (name: string) => ids.get(name) ?? '' }
}

describe('registering and logging in', () => {
  it('makes an account that its owner gets into, and nobody else', async () => {
    const { people, idOf } = await peopleWith(['Carol'])
    expect(await people.logIn(' CAROL@example.com ', 'password of it')).toMatchObject({
      id: idOf('Carol'),
      username: 'Carol',
      email: 'Carol@example.com',
      generation: 0,
    })
    for (const [email, password] of [
      ['carol@example.com', 'Password of it'],
      ['carol@example.com', ''],
      ['nobody@example.com', 'password of it'],
      ['', ''],
    ] as const) {
      await expect(people.logIn(email, password)).rejects.toMatchObject({ code: 'unauthenticated' })
    }
  })

  it('refuses what is taken, naming the fields', async () => {
    const { people } = await peopleWith(['carol'])
    const input = { username: 'CAROL', email: 'carol@EXAMPLE.com', password: 'password of it' }
    await expect(people.register(input)).rejects.toMatchObject({
      code: 'invalid',
      fields: { username: 'username_taken', email: 'email_taken' },
    })
  })

  it('refuses all but one of the same at once', async () => {
    const { people } = await peopleWith([])
    const input = { username: 'carol', email: 'carol@example.com', password: 'password of it' }
    const outcomes = await Promise.allSettled([people.register(input), people.register(input), people.register(input)])
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('never takes a password that goes on after 72 bytes', async () => {
    const { people } = await peopleWith([])
    const password = 'x'.repeat(72)
    await people.register({ username: 'carol', email: 'carol@example.com', password })
    await expect(people.logIn('carol@example.com', password)).resolves.toBeDefined()
    await expect(people.logIn('carol@example.com', `${password}x`)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('takes an accented password however it was composed', async () => {
    const { people } = await peopleWith([])
    await people.register({ username: 'carol', email: 'carol@example.com', password: 'cr\u00e8me br\u00fbl\u00e9e' })
    await expect(people.logIn('carol@example.com', 'cre\u0300me bru\u0302le\u0301e')).resolves.toBeDefined()
  })

  it.each(['changed', 'removed'])('lets nobody in whose account was %s while the password was verified', async how => {
    const store = new MemoryAccountStore()
    const people = new People({ store, passwords, directory: 'open', clock: new FakeClock() })
    const input = { username: 'carol', email: 'carol@example.com', password: 'password of it' }
    const { id } = await people.register(input)
    const verify = async (password: string, hash: string) => {
      const isRight = await passwords.verify(password, hash)
      if (how === 'changed') await people.changePassword(id, input.password, 'another password')
      else await people.remove(id, input.password)
      return isRight
    }
    const slow = {
      cost: 4,
      hash: passwords.hash.bind(passwords),
      dummyHash: passwords.dummyHash.bind(passwords),
      verify,
    }
    const slowPeople = new People({ store, passwords: slow, directory: 'open', clock: new FakeClock() })
    await expect(slowPeople.logIn(input.email, input.password)).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})

describe('logging in after BCRYPT_COST was changed', () => {
  const input = { username: 'carol', email: 'carol@example.com', password: 'password of it' }
  const dearer = new Passwords({ cost: 6 })
  afterAll(() => dearer.close())

  async function begin(store = new MemoryAccountStore()) {
    const { id } = await new People({ store, passwords, directory: 'open', clock: new FakeClock() }).register(input)
    const onHashNotRenewed = vi.fn()
    const people = new People({ store, passwords: dearer, directory: 'open', clock: new FakeClock(), onHashNotRenewed })
    const told = vi.fn()
    people.onGenerationChange(told)
    const hash = async () => (await store.findById(id))?.passwordHash ?? ''
    return { store, people, id, hash, told, onHashNotRenewed }
  }

  it('renews the hash, and ends no session or token', async () => {
    const { people, hash, told } = await begin()
    await expect(people.logIn(input.email, 'a wrong password')).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(await hash()).toMatch(/^\$2b\$04\$/)
    const account = await people.logIn(input.email, input.password)
    expect(account).toMatchObject({ generation: 0 })
    await vi.waitFor(async () => expect(await hash()).toMatch(/^\$2b\$06\$/), 15_000)
    const renewed = await hash()
    expect(told).not.toHaveBeenCalled()
    expect(await people.logIn(input.email, input.password)).toMatchObject({ generation: 0, passwordHash: renewed })
    expect(await hash()).toBe(renewed)
  })

  it('lets in at once who would have to wait a minute for the file to rest', async () => {
    const { store, people, id } = await begin()
    store.amend = () => new Promise(() => {})
    await expect(people.logIn(input.email, input.password)).resolves.toMatchObject({ id })
  })

  it('lets both of two log-ins at once in', async () => {
    const { people } = await begin()
    const logIns = await Promise.allSettled([1, 2, 3].map(() => people.logIn(input.email, input.password)))
    expect(logIns.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
  })

  it('does not put the old password back where it is changed meanwhile', async () => {
    const { store, people, id } = await begin()
    const amend = store.amend.bind(store)
    const renewed = new Promise(resolve => {
      store.amend = async (...change) => {
        await people.changePassword(id, input.password, 'another password')
        const account = await amend(...change)
        resolve(account)
        return account
      }
    })
    await people.logIn(input.email, input.password)
    await renewed
    await expect(people.logIn(input.email, input.password)).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(people.logIn(input.email, 'another password')).resolves.toMatchObject({ generation: 1 })
  })

  it('lets in whose new hash cannot be stored, and says so', async () => {
    const { store, people, id, onHashNotRenewed } = await begin()
    store.amend = () => Promise.reject(new ChatError('storage_failed'))
    await expect(people.logIn(input.email, input.password)).resolves.toMatchObject({ id })
    await vi.waitFor(() => expect(onHashNotRenewed).toHaveBeenCalled(), 15_000)
    expect(onHashNotRenewed).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'storage_failed' }))
  })
})

describe('the demo accounts', () => {
  it('have the same ids after every start, and the password that is printed', async () => {
    const first = await peopleWith([])
    const second = await peopleWith([])
    for (const { people } of [first, second]) {
      await people.addDemoAccounts()
      await people.addDemoAccounts()
    }
    for (const name of ['alice', 'bob']) {
      const before = await first.people.logIn(`${name}@example.com`, 'password123')
      const after = await second.people.logIn(`${name}@example.com`, 'password123')
      expect(after).toMatchObject({ id: before.id, username: name })
    }
  })
})

describe('names that looked alike, or were not reserved, when they were registered', () => {
  it('stay with their owners: both log in and are found by their own name alone, and the demo accounts give way', async () => {
    const passwordHash = await passwords.hash('password of it')
    const names = ['аӏісе', 'aliᴄe', 'admin']
    const accounts = names.map((username, n) =>
      newAccount({ id: `id-${n}`, username, email: `${n}@example.com`, passwordHash, createdAt: 1 }),
    )
    const store = MemoryAccountStore.of(accounts)
    const people = new People({ store, passwords, directory: 'exact', clock: new FakeClock() })
    await people.addDemoAccounts()
    for (const { id, username, email } of accounts) {
      expect(await people.logIn(email, 'password of it')).toMatchObject({ id })
      expect(await people.findByName(username)).toMatchObject({ id })
      expect(await people.search(username, 'viewer')).toEqual({ people: [{ id, username }], more: false })
    }
    expect((await people.list()).map(({ username }) => username)).toEqual(expect.arrayContaining([...names, 'bob']))
    expect(await people.list()).toHaveLength(4)
    const input = { username: 'alice', email: 'new@example.com', password: 'password of it' }
    await expect(people.register(input)).rejects.toMatchObject({ fields: { username: 'username_too_alike' } })
  })
})

const nobody = { people: [], more: false }

describe('finding people', () => {
  it('shows names alone, never the viewer, no more than 20', async () => {
    const names = Array.from({ length: 25 }, (_, n) => `user-${String(n).padStart(2, '0')}`)
    const { people, idOf } = await peopleWith(['anna', ...names])
    const anna = { people: [{ id: idOf('anna'), username: 'anna' }], more: false }
    expect(await people.search('ANN', idOf('user-00'))).toEqual(anna)
    expect(await people.search('anna', idOf('anna'))).toEqual(nobody)
    const all = await people.search('', idOf('anna'))
    expect(all.people.map(({ username }) => username)).toEqual(names.slice(0, 20))
    expect(all.more).toBe(true)
    expect(await people.search('@example.com', idOf('anna'))).toEqual(nobody)
  })

  it('says that there are more than are shown, and only then, whoever is left out', async () => {
    const names = Array.from({ length: 24 }, (_, n) => `user-${String(n).padStart(2, '0')}`)
    const { people, idOf } = await peopleWith(names)
    const found = async (viewer: string, limit: number) => {
      const { people: shown, more } = await people.search('user', viewer, { limit })
      return [shown.length, more]
    }
    expect(await found('viewer', 20)).toEqual([20, true])
    expect(await found('viewer', 23)).toEqual([23, true])
    expect(await found('viewer', 24)).toEqual([24, false])
    expect(await found(idOf('user-00'), 23)).toEqual([23, false])
    for (const name of names.slice(0, 10)) await people.setDisabled(idOf(name), true)
    expect(await found('viewer', 2)).toEqual([2, true])
    expect(await found('viewer', 13)).toEqual([13, true])
    expect(await found('viewer', 14)).toEqual([14, false])
    expect(await found(idOf('user-20'), 13)).toEqual([13, false])
    for (const name of names.slice(10)) await people.setDisabled(idOf(name), true)
    expect(await found('viewer', 2)).toEqual([0, false])
  })

  it('needs the whole name in an exact directory', async () => {
    const { people, idOf } = await peopleWith(['anna', 'bert'], 'exact')
    expect(await people.search('ann', idOf('bert'))).toEqual(nobody)
    expect(await people.search('', idOf('bert'))).toEqual(nobody)
    expect(await people.search(' ANNA ', idOf('bert'))).toEqual({
      people: [{ id: idOf('anna'), username: 'anna' }],
      more: false,
    })
    expect(await people.search('anna', idOf('anna'))).toEqual(nobody)
  })

  it('gives the names of many at once', async () => {
    const { people, idOf } = await peopleWith(['anna', 'bert'])
    const found = await people.findMany([idOf('anna'), 'gone'])
    expect([...found]).toEqual([[idOf('anna'), { id: idOf('anna'), username: 'anna' }]])
  })
})

describe('changing an account', () => {
  it('ends what came before when the password changes', async () => {
    const { people, idOf } = await peopleWith(['carol'])
    const told = vi.fn()
    const stop = people.onGenerationChange(told)
    const changed = await people.changePassword(idOf('carol'), 'password of it', 'another password')
    expect(changed.generation).toBe(1)
    expect(told).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ id: idOf('carol'), generation: 1 }))
    await expect(people.logIn('carol@example.com', 'password of it')).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(people.logIn('carol@example.com', 'another password')).resolves.toMatchObject({ generation: 1 })
    stop()
    await people.endSessionsEverywhere(idOf('carol'))
    expect(told).toHaveBeenCalledTimes(1)
    expect((await people.find(idOf('carol')))?.generation).toBe(2)
  })

  it('changes nothing for a wrong or unfit password', async () => {
    const { people, idOf } = await peopleWith(['carol'])
    const told = vi.fn()
    people.onGenerationChange(told)
    people.onRemoved(told)
    await expect(people.changePassword(idOf('carol'), 'guess', 'another password')).rejects.toMatchObject({
      fields: { currentPassword: 'password_wrong' },
    })
    await expect(people.changePassword(idOf('carol'), 'password of it', 'short')).rejects.toMatchObject({
      fields: { newPassword: 'password_short' },
    })
    await expect(people.remove(idOf('carol'), 'guess')).rejects.toMatchObject({
      fields: { password: 'password_wrong' },
    })
    await expect(people.changePassword('gone', 'password of it', 'another password')).rejects.toMatchObject({
      code: 'unauthenticated',
    })
    expect(told).not.toHaveBeenCalled()
    await expect(people.logIn('carol@example.com', 'password of it')).resolves.toMatchObject({ generation: 0 })
  })

  it('lets one of two password changes at once win', async () => {
    const { people, idOf } = await peopleWith(['carol'])
    const outcomes = await Promise.allSettled(
      ['first password', 'second password'].map(next => people.changePassword(idOf('carol'), 'password of it', next)),
    )
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('deletes an account with its password, and frees its name', async () => {
    const { people, idOf } = await peopleWith(['carol'])
    const told = vi.fn()
    people.onRemoved(told)
    const id = idOf('carol')
    await people.remove(id, 'password of it')
    expect(told).toHaveBeenCalledExactlyOnceWith(id)
    expect(await people.find(id)).toBeNull()
    await expect(people.logIn('carol@example.com', 'password of it')).rejects.toMatchObject({ code: 'unauthenticated' })
    const input = { username: 'carol', email: 'carol@example.com', password: 'password of it' }
    expect((await people.register(input)).id).not.toBe(id)
  })

  it('tells every listener, also after one that fails', async () => {
    const { people, idOf } = await peopleWith(['carol'])
    const told = vi.fn()
    people.onGenerationChange(() => {
      throw new Error('broken')
    })
    people.onGenerationChange(told)
    await expect(people.endSessionsEverywhere(idOf('carol'))).rejects.toThrow(AggregateError)
    expect(told).toHaveBeenCalledOnce()
  })
})

/** People whose passwords cost nothing, each with the hash `hash of` their password; for what hashing has no part in. */
function quickPeople(options: { registration?: 'open' | 'invite' | 'closed'; isLimited?: boolean } = {}) {
  const clock = new FakeClock()
  const store = new MemoryAccountStore()
  const hashing = {
    cost: 4,
    hash: vi.fn(async (password: string) => `hash of ${password}`),
    verify: async (password: string, hash: string) => hash === `hash of ${password}`,
    dummyHash: () => '',
  }
  const admission = new Admission({ registration: options.registration ?? 'open', invites: 'members', clock })
  const limits = options.isLimited ? { limits: new Limits(readConfig({}), clock) } : {}
  const people = new People({ store, passwords: hashing, directory: 'open', clock, admission, ...limits })
  const add = (username: string) =>
    people.register({ username, email: `${username}@example.com`, password: 'password of it' })
  return { people, store, clock, admission, hashing, add }
}

describe('registering', () => {
  it('notes the moment by the wall clock, and gives each account an id of its own', async () => {
    const { add, clock } = quickPeople()
    clock.apartMs = 5000
    const [ann, bob] = [await add('ann'), await add('bob')]
    expect(ann).toMatchObject({
      username: 'ann',
      createdAt: clock.now() + 5000,
      passwordHash: 'hash of password of it',
    })
    expect(ann.id).toMatch(/^[0-9a-f-]{36}$/)
    expect(ann.id).not.toBe(bob.id)
  })

  it('is refused before anything is looked at where it is closed', async () => {
    const { people } = quickPeople({ registration: 'closed' })
    await expect(people.register({})).rejects.toMatchObject({ code: 'registration_closed' })
  })

  it('needs an invite where it is by invite, and uses it up', async () => {
    const { people, admission, hashing } = quickPeople({ registration: 'invite' })
    const input = { username: 'ann', email: 'ann@example.com', password: 'password of it' }
    await expect(people.register(input)).rejects.toMatchObject({ code: 'invite_needed' })
    expect(hashing.hash).not.toHaveBeenCalled()
    const { token } = await admission.inviteByOperator()
    await expect(people.register({ ...input, password: 'short', invite: token })).rejects.toMatchObject({
      fields: { password: 'password_short' },
    })
    await expect(people.register({ ...input, invite: token })).resolves.toMatchObject({ username: 'ann' })
    await expect(people.register({ ...input, username: 'bob', invite: token })).rejects.toMatchObject({
      code: 'invite_needed',
    })
  })

  it('costs no hashing where the name is taken', async () => {
    const { add, hashing } = quickPeople()
    await add('ann')
    hashing.hash.mockClear()
    await expect(add('Ann')).rejects.toMatchObject({ fields: { username: 'username_taken' } })
    expect(hashing.hash).not.toHaveBeenCalled()
  })
})

describe('an account that is switched off', () => {
  it('is found by nobody, and tells of it only to who knows its password', async () => {
    const { people, add } = quickPeople()
    const told = vi.fn()
    people.onGenerationChange(told)
    const { id } = await add('ann')
    const changed = await people.setDisabled(id, true)
    expect(changed).toMatchObject({ id, isDisabled: true, generation: 1 })
    expect(told).toHaveBeenCalledExactlyOnceWith(changed)
    expect(await people.search('ann', 'viewer')).toEqual(nobody)
    await expect(people.logIn('ann@example.com', 'wrong')).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(people.logIn('ann@example.com', 'password of it')).rejects.toMatchObject({ code: 'account_disabled' })
    expect(await people.setDisabled(id, false)).toMatchObject({ isDisabled: false, generation: 2 })
    await expect(people.logIn('ann@example.com', 'password of it')).resolves.toMatchObject({ id })
    await expect(people.setDisabled('nobody', true)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('an account that the operator creates', () => {
  it('lets nobody in until its password is set', async () => {
    const clock = new FakeClock()
    const admission = new Admission({ registration: 'closed', invites: 'operator', clock })
    const people = new People({ store: new MemoryAccountStore(), passwords, directory: 'open', clock, admission })
    const { id, generation } = await people.addByOperator({ username: 'ann', email: 'ann@example.com' })
    for (const password of ['', 'password of it'])
      await expect(people.logIn('ann@example.com', password)).rejects.toMatchObject({ code: 'unauthenticated' })
    await people.resetPassword(id, generation, 'password of it')
    expect(await people.logIn('ann@example.com', 'password of it')).toMatchObject({ id, username: 'ann' })
  })

  it('is refused a name and an address that are taken', async () => {
    const { people } = await peopleWith(['ann'])
    const input = { username: 'Ann', email: 'ann@example.com' }
    await expect(people.addByOperator(input)).rejects.toMatchObject({
      fields: { username: 'username_taken', email: 'email_taken' },
    })
  })
})

describe('what the operator asks for', () => {
  it('is an account by its name, or all of them by name', async () => {
    const { people, add } = quickPeople()
    for (const name of ['bob', 'Ann', 'carol']) await add(name)
    expect((await people.list()).map(({ username }) => username)).toEqual(['Ann', 'bob', 'carol'])
    expect(await people.findByName('ANN')).toMatchObject({ username: 'Ann' })
    await expect(people.findByName('nobody')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is that an account goes, which is told once', async () => {
    const { people, add } = quickPeople()
    const told = vi.fn()
    const end = people.onRemoved(told)
    const [ann, bob] = [await add('ann'), await add('bob')]
    await people.removeByOperator(ann.id)
    await people.removeByOperator(ann.id)
    expect(told).toHaveBeenCalledExactlyOnceWith(ann.id)
    end()
    await people.removeByOperator(bob.id)
    expect(told).toHaveBeenCalledOnce()
    expect(await people.list()).toEqual([])
  })
})

describe('a password that is set by a link', () => {
  it('takes the place of the old one, in the generation that the link was made for alone', async () => {
    const { people, add } = quickPeople()
    const { id } = await add('ann')
    const told = vi.fn()
    people.onGenerationChange(told)
    await expect(people.resetPassword(id, 1, 'another password')).rejects.toMatchObject({ code: 'not_found' })
    await expect(people.resetPassword('nobody', 0, 'another password')).rejects.toMatchObject({ code: 'not_found' })
    await expect(people.resetPassword(id, 0, 'short')).rejects.toMatchObject({
      fields: { newPassword: 'password_short' },
    })
    expect(told).not.toHaveBeenCalled()
    const changed = await people.resetPassword(id, 0, 'another password')
    expect(changed).toMatchObject({ generation: 1, passwordHash: 'hash of another password' })
    expect(told).toHaveBeenCalledExactlyOnceWith(changed)
    await expect(people.resetPassword(id, 0, 'a third password')).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('settings and blocks', () => {
  it('end what another version keeps in the place of those that were chosen, be it the default, and of no other', async () => {
    const { people, store, add } = quickPeople()
    const { id, settings } = await add('ann')
    await store.amend(id, () => ({ unknownSettings: { theme: 'sepia', font: 'serif' } }))
    const keptAfter = async (...chosen: string[]) => (await people.changeSettings(id, settings, chosen)).unknownSettings
    expect(await keptAfter('notifies')).toEqual({ theme: 'sepia', font: 'serif' })
    expect(await keptAfter('notifies', 'theme')).toEqual({ font: 'serif' })
  })

  it('are kept and told, and end no session', async () => {
    const { people, add } = quickPeople()
    const [ann, bob] = [await add('ann'), await add('bob')]
    const [amended, ended] = [vi.fn(), vi.fn()]
    const end = people.onAmended(amended)
    people.onGenerationChange(ended)
    const settings = { ...ann.settings, theme: 'dark' as const }
    expect(await people.changeSettings(ann.id, settings)).toMatchObject({ settings, generation: 0 })
    await people.block(ann.id, bob.id)
    expect(
      amended.mock.calls.map(
        ([
          {
            settings: { theme },
            blocked,
          },
        ]) => [theme, blocked],
      ),
    ).toEqual([
      ['dark', []],
      ['dark', [bob.id]],
    ])
    end()
    await people.unblock(ann.id, bob.id)
    expect(amended).toHaveBeenCalledTimes(2)
    expect(ended).not.toHaveBeenCalled()
    expect(await people.find(ann.id)).toMatchObject({ settings, blocked: [], generation: 0 })
    await expect(people.changeSettings('nobody', settings)).rejects.toMatchObject({ code: 'not_found' })
    await expect(people.unblock('nobody', bob.id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(people.block('nobody', bob.id)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('name each person once, in the order in which they were blocked last', async () => {
    const { people, add } = quickPeople()
    const [ann, bob, carol] = [await add('ann'), await add('bob'), await add('carol')]
    for (const other of [bob, carol, bob]) await people.block(ann.id, other.id)
    expect((await people.find(ann.id))?.blocked).toEqual([carol.id, bob.id])
    await people.unblock(ann.id, 'nobody')
    await people.unblock(ann.id, carol.id)
    expect((await people.find(ann.id))?.blocked).toEqual([bob.id])
    for (const id of [ann.id, 'nobody'])
      await expect(people.block(ann.id, id)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('hold a thousand people: one more, and the first is forgotten', async () => {
    const { people, store, add } = quickPeople()
    const [ann, bob] = [await add('ann'), await add('bob')]
    const blocked = Array.from({ length: 1000 }, (_, n) => `id-${n}`)
    await store.amend(ann.id, () => ({ blocked: blocked.slice(1) }))
    await people.block(ann.id, bob.id)
    expect((await people.find(ann.id))?.blocked).toEqual([...blocked.slice(1), bob.id])
    await store.amend(ann.id, () => ({ blocked }))
    await people.block(ann.id, bob.id)
    expect((await people.find(ann.id))?.blocked).toEqual([...blocked.slice(1), bob.id])
  })
})

describe('devices', () => {
  const { id: _id, addedAt: _addedAt, ...phone } = deviceOf('phone')
  const { id: _other, addedAt: _otherAddedAt, ...desk } = deviceOf('desk')
  const sessionsOf = async (people: People, id: string) =>
    (await people.find(id))?.devices.map(({ session }) => session)

  it('are kept with the time, under ids of their own, and nobody is told', async () => {
    const { people, add } = quickPeople()
    const ann = await add('ann')
    const told = vi.fn()
    people.onAmended(told)
    people.onGenerationChange(told)
    await people.addDevice(ann, phone)
    await people.addDevice(ann, desk)
    const devices = (await people.find(ann.id))?.devices ?? []
    expect(devices).toEqual([
      { ...phone, id: expect.stringMatching(/^[\w-]{20,}$/), addedAt: 1_700_000_000_000 },
      { ...desk, id: expect.any(String), addedAt: 1_700_000_000_000 },
    ])
    expect(devices[0]?.id).not.toBe(devices[1]?.id)
    expect(told).not.toHaveBeenCalled()
  })

  it('take the place of one with the same endpoint, which so moves to another session', async () => {
    const { people, add } = quickPeople()
    const ann = await add('ann')
    await people.addDevice(ann, phone)
    await people.addDevice(ann, { ...desk, endpoint: phone.endpoint })
    expect(await sessionsOf(people, ann.id)).toEqual([desk.session])
  })

  it('concern nobody else’s, though these have the same endpoint', async () => {
    const { people, add } = quickPeople()
    const [ann, bob] = [await add('ann'), await add('bob')]
    for (const account of [ann, bob]) await people.addDevice(account, phone)
    await people.removeDevices(ann.id, () => true)
    expect([await sessionsOf(people, ann.id), await sessionsOf(people, bob.id)]).toEqual([[], [phone.session]])
  })

  it('are not kept for a session that has ended with all others', async () => {
    const { people, add } = quickPeople()
    const ann = await add('ann')
    await people.endSessionsEverywhere(ann.id)
    await expect(people.addDevice(ann, phone)).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(await sessionsOf(people, ann.id)).toEqual([])
    await expect(people.addDevice({ id: 'nobody', generation: 0 }, phone)).rejects.toMatchObject({ code: 'not_found' })
  })

  it.each([
    [
      'the password changes',
      (people: People, id: string) => people.changePassword(id, 'password of it', 'another one'),
    ],
    ['the person logs out everywhere', (people: People, id: string) => people.endSessionsEverywhere(id)],
    ['the account is switched off', (people: People, id: string) => people.setDisabled(id, true)],
  ])('all end when %s', async (_what, change) => {
    const { people, add } = quickPeople()
    const ann = await add('ann')
    await people.addDevice(ann, phone)
    await change(people, ann.id)
    expect(await sessionsOf(people, ann.id)).toEqual([])
  })

  it('go one by one, and nothing is written where there is none', async () => {
    const { people, store, add } = quickPeople()
    const ann = await add('ann')
    for (const device of [phone, desk]) await people.addDevice(ann, device)
    await people.dropDevices(ann.id, ({ session }) => session === phone.session)
    expect(await sessionsOf(people, ann.id)).toEqual([desk.session])
    const amend = vi.spyOn(store, 'amend')
    await people.dropDevices(ann.id, ({ session }) => session === phone.session)
    await people.dropDevices('nobody', () => true)
    expect(amend).not.toHaveBeenCalled()
  })

  it('last longer when they are prolonged, and those that have ended go with the next change', async () => {
    const { people, add } = quickPeople()
    const ann = await add('ann')
    const now = 1_700_000_000_000
    await people.addDevice(ann, { ...phone, endsAt: now + 1 })
    await people.prolongDevice(ann.id, phone.session, now + 9)
    expect((await people.find(ann.id))?.devices).toMatchObject([{ session: phone.session, endsAt: now + 9 }])
    await people.prolongDevice(ann.id, phone.session, now)
    expect(await sessionsOf(people, ann.id)).toEqual([])
  })
})

describe('how often a person may', () => {
  const limited = { code: 'rate_limited' }
  const times = async (count: number, work: () => Promise<unknown>) => {
    for (let n = 0; n < count; n++) await work()
  }

  it('look for a name: ten times a second, and as often as they like at those who come first', async () => {
    const { people } = quickPeople({ isLimited: true })
    await times(10, () => people.search(' b ', 'ann'))
    await expect(people.search('b', 'ann')).rejects.toMatchObject(limited)
    await times(20, () => people.search('  ', 'ann'))
    await people.search('b', 'bob')
  })

  it('change what is theirs: sixty times a minute, settings, blocks and devices together', async () => {
    const { people, add } = quickPeople({ isLimited: true })
    const [ann, bob] = [await add('ann'), await add('bob')]
    const { id: _id, addedAt: _addedAt, ...phone } = deviceOf('phone')
    await times(10, () => people.changeSettings(ann.id, ann.settings))
    await times(5, () => people.addDevice(ann, phone))
    await times(5, () => people.removeDevices(ann.id, () => true))
    await times(20, () => people.block(ann.id, bob.id))
    await times(20, () => people.unblock(ann.id, bob.id))
    await expect(people.changeSettings(ann.id, ann.settings)).rejects.toMatchObject(limited)
    await expect(people.block(ann.id, bob.id)).rejects.toMatchObject(limited)
    await expect(people.unblock(ann.id, bob.id)).rejects.toMatchObject(limited)
    await expect(people.addDevice(ann, phone)).rejects.toMatchObject(limited)
    await expect(people.removeDevices(ann.id, () => true)).rejects.toMatchObject(limited)
    await people.dropDevices(ann.id, () => true)
    await people.block(bob.id, ann.id)
  })

  it('change their password: ten times a minute, of which wrong current ones do not count', async () => {
    const { people, add } = quickPeople({ isLimited: true })
    const { id } = await add('ann')
    await times(15, () =>
      expect(people.changePassword(id, 'a guess', 'another one')).rejects.toMatchObject({
        fields: { currentPassword: 'password_wrong' },
      }),
    )
    let current = 'password of it'
    for (let n = 0; n < 10; n++) {
      await people.changePassword(id, current, `password no. ${n}`)
      current = `password no. ${n}`
    }
    await expect(people.changePassword(id, current, 'one more time')).rejects.toMatchObject(limited)
  })
})

describe('looking for people', () => {
  it('gives as many as are asked for beside the viewer', async () => {
    const { people, add } = quickPeople()
    const ids = [await add('p-1'), await add('p-2'), await add('p-3')].map(({ id }) => id)
    const found = async (viewer: string, limit: number) =>
      (await people.search('p-', viewer, { limit })).people.map(({ username }) => username)
    expect(await found(ids[0] ?? '', 2)).toEqual(['p-2', 'p-3'])
    expect(await found('viewer', 2)).toEqual(['p-1', 'p-2'])
    expect(await found(ids[2] ?? '', 1)).toEqual(['p-1'])
  })
})
