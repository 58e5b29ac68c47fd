import { expect, it } from 'vitest'
import { demoPassword, demoPeople, isDemoAccount } from '#src/accounts/demo-accounts.js'
import { Passwords } from '#src/accounts/passwords.js'
import { aliceId, bobId } from '../support/http-client.js'

it('the demo accounts are known by their ids alone, and log in with the password that is printed', async () => {
  expect(demoPeople.map(({ id, username, email, createdAt }) => [id, username, email, createdAt])).toEqual([
    [aliceId, 'alice', 'alice@example.com', 0],
    [bobId, 'bob', 'bob@example.com', 0],
  ])
  expect(demoPeople.map(isDemoAccount)).toEqual([true, true])
  expect(isDemoAccount({ ...demoPeople[0], id: 'another' })).toBe(false)
  const passwords = new Passwords({ cost: 4 })
  for (const { passwordHash } of demoPeople) expect(await passwords.verify(demoPassword, passwordHash)).toBe(true)
  await passwords.close()
})
