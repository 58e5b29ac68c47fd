import { type Account, newAccount } from './account.js'

/** The password of every demo account. */
export const demoPassword = 'password123'

/** Accounts to try the product with. Their ids are fixed, so that links and blocks survive a restart. */
export const demoPeople: readonly [Account, Account] = [
  newAccount({
    id: '5e6f1c1a-0000-4000-8000-000000000001',
    username: 'alice',
    email: 'alice@example.com',
    passwordHash: '$2b$10$/K2Eq1KLOxN6PN1TY139gumi7T0ABQtWy9B8hf4rA5868JeQlohl6',
    createdAt: 0,
  }),
  newAccount({
    id: '5e6f1c1a-0000-4000-8000-000000000002',
    username: 'bob',
    email: 'bob@example.com',
    passwordHash: '$2b$10$UzySafeMuvW8LTtUhyQJceapWdL1cmTTLff0rwzbqV1ce41HE0MOy',
    createdAt: 0,
  }),
]

/** Whether an account is a demo account, which is never stored. */
export function isDemoAccount({ id }: Pick<Account, 'id'>): boolean {
  return demoPeople.some(person => person.id === id)
}
