import expressSession from 'express-session'
import { expect, it, onTestFinished } from 'vitest'
import { MemorySessionStore } from '#src/http/memory-session-store.js'
import { describeSessionStore } from './session-store-suite.js'

describeSessionStore('memory', () => new MemorySessionStore())

it('says at once that a session was prolonged, and has prolonged it', async () => {
  const store = new MemorySessionStore()
  onTestFinished(() => store.stop())
  const session = (expires: Date) => {
    const cookie = Object.assign(new expressSession.Cookie(), { expires })
    return { cookie, userId: 'ann', generation: 0, zone: null, csrfSecret: '' }
  }
  const [now, later] = [new Date(Date.now() + 60_000), new Date(Date.now() + 120_000)]
  await new Promise<void>(resolve => store.set('s', session(now), () => resolve()))
  let isTold = false
  store.touch('s', session(later), () => {
    isTold = true
  })
  expect(isTold).toBe(true)
  expect(await store.read('s')).toMatchObject({ userId: 'ann', cookie: { expires: later.toISOString() } })
})
