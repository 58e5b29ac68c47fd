import { compareSync, getRounds } from 'bcryptjs'
import { beforeAll, beforeEach, expect, it, vi } from 'vitest'
import type { PasswordTask } from '#src/accounts/password-worker.js'

/** The thread's port to whoever began it, and what the thread hashes. */
const { port, hashed } = vi.hoisted(() => {
  const hear: ((task: unknown) => void)[] = []
  const answers: string[] = []
  return {
    hashed: [] as [password: string, salt: unknown][],
    port: {
      hear,
      answers,
      on: (event: string, listener: (task: unknown) => void) => void (event === 'message' && hear.push(listener)),
      postMessage: (hash: string) => void answers.push(hash),
    },
  }
})
vi.mock('node:worker_threads', () => ({ parentPort: port }))
vi.mock('bcryptjs', async importOriginal => {
  const real = await importOriginal<typeof import('bcryptjs')>()
  return {
    ...real,
    hashSync: (password: string, salt: number | string) => {
      hashed.push([password, salt])
      return real.hashSync(password, salt)
    },
  }
})

beforeAll(() => import('#src/accounts/password-worker.js'))
beforeEach(() => {
  hashed.length = 0
  port.answers.length = 0
})

const run = (task: PasswordTask) => {
  for (const listener of port.hear) listener(task)
  return port.answers
}

it('a password is hashed at the cost of the task, and answered once', () => {
  const [hash = '', ...more] = run({ password: 'correct horse', salt: 5, dummyCosts: [] })
  expect([getRounds(hash), compareSync('correct horse', hash), more]).toEqual([5, true, []])
  expect(hashed).toEqual([['correct horse', 5]])
})

it('a password is hashed with the salt of another hash, to compare them', () => {
  const salt = '$2b$04$abcdefghijklmnopqrstuu'
  const [hash] = run({ password: 'correct horse', salt, dummyCosts: [] })
  expect(hash?.startsWith(salt)).toBe(true)
  expect(run({ password: 'correct horse', salt, dummyCosts: [] })).toEqual([hash, hash])
})

it('further hashes take their time at their costs, and are told to nobody', () => {
  const answers = run({ password: 'correct horse', salt: 4, dummyCosts: [5, 6] })
  expect(hashed.map(([password, salt]) => [password, typeof salt === 'string' ? getRounds(`${salt}x`) : salt])).toEqual(
    [
      ['correct horse', 4],
      ['correct horse', 5],
      ['correct horse', 6],
    ],
  )
  expect(answers.map(getRounds)).toEqual([4])
})
