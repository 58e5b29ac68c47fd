import { expect, it, onTestFinished } from 'vitest'
import { PasswordThread } from '#src/accounts/password-thread.js'

const real = new URL('../../dist/accounts/password-worker.js', import.meta.url)
const failing = new URL('../support/accounts/failing-password-worker.mjs', import.meta.url)
const task = (password: string) => ({ password, salt: 4, dummyCosts: [] })

function begin(module: URL): PasswordThread {
  const thread = new PasswordThread(module)
  onTestFinished(() => thread.end())
  return thread
}

it('hashes one password after another, each as its task says', async () => {
  const thread = begin(real)
  const hash = await thread.run(task('correct horse'), 10_000)
  expect(hash).toMatch(/^\$2b\$04\$.{53}$/)
  const again = { password: 'correct horse', salt: hash.slice(0, 29), dummyCosts: [4, 5] }
  expect(await thread.run(again, 10_000)).toBe(hash)
  expect(await thread.run({ ...again, password: 'wrong horse' }, 10_000)).not.toBe(hash)
  expect(thread.isOver).toBe(false)
})

it.each([
  ['dies', /ended with/],
  ['throws', /./],
  ['hangs', /was ended/],
])('fails whoever waits for it when it %s, and whoever asks later', async (how, words) => {
  const thread = begin(failing)
  await expect(thread.run(task(how), 3000)).rejects.toThrow(words)
  expect(thread.isOver).toBe(true)
  await expect(thread.run(task('next'), 3000)).rejects.toThrow(words)
})

it('fails whoever waits for it when it is ended', async () => {
  const thread = begin(failing)
  const running = thread.run(task('hangs'), 60_000)
  const outcome = expect(running).rejects.toThrow('the thread that hashes passwords was ended')
  await thread.end()
  await outcome
  expect(thread.isOver).toBe(true)
})
