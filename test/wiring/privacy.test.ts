import { describe, expect, it } from 'vitest'
import { type Account, newAccount } from '#src/accounts/account.js'
import { MemoryEngine } from '#src/engines/memory/engine.js'
import { tellPrivacy, tellPrivacyOf } from '#src/wiring/privacy.js'
import { generous } from '../support/engine/world.js'
import { FakeClock } from '../support/fake-clock.js'

const account = (id: string, blocked: string[] = []): Account => ({
  ...newAccount({ id, username: id, email: `${id}@example.com`, passwordHash: '', createdAt: 0 }),
  blocked,
})

function start(accounts: readonly Account[], isTold = false) {
  const engine = new MemoryEngine({ ...generous, clock: new FakeClock() })
  const told: string[] = []
  const setPrivacy = engine.setPrivacy.bind(engine)
  engine.setPrivacy = (...args) => {
    told.push(`${args[0]}: ${args[1].blocked.join(' ')}`)
    return setPrivacy(...args)
  }
  const backend = {
    engine,
    isPrivacyTold: async () => isTold,
    notePrivacyTold: async () => void told.push('all'),
  }
  const current = new Map(accounts.map(each => [each.id, each]))
  const people = { list: async () => accounts, find: async (id: string) => current.get(id) ?? null }
  return { backend, people, told, current }
}

describe('the engine', () => {
  it('is told what everybody keeps from others, and that this is all', async () => {
    const { backend, people, told } = start([account('ann', ['ben']), account('ben')])
    await tellPrivacy(backend, people)
    expect(told).toEqual(['ann: ben', 'ben: ', 'all'])
  })

  it('is told nothing where another node has done so', async () => {
    const { backend, people, told } = start([account('ann')], true)
    await tellPrivacy(backend, people)
    expect(told).toEqual([])
  })

  it('has the last word of the account, whatever was changed meanwhile', async () => {
    const { backend, people, told, current } = start([account('ann', ['ben'])])
    current.set('ann', account('ann', ['ben', 'cem']))
    expect(await tellPrivacyOf(account('ann'), backend, people)).toEqual(['ben', 'cem'])
    expect(told).toEqual(['ann: ', 'ann: ben cem'])
    current.delete('ann')
    expect(await tellPrivacyOf(account('ann', ['ben']), backend, people)).toEqual([])
  })
})
