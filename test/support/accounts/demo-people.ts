import { People } from '#src/accounts/people.js'
import { MemoryAccountStore } from '#src/accounts/store/memory-store.js'
import { FakeClock } from '../fake-clock.js'

/** The demo people in memory; every password is right, and none is really hashed. */
export async function demoPeople(clock = new FakeClock()): Promise<People> {
  const passwords = { cost: 10, hash: async () => 'new', verify: async () => true, dummyHash: () => '' }
  const people = new People({ store: new MemoryAccountStore(), passwords, directory: 'open', clock })
  await people.addDemoAccounts()
  return people
}
