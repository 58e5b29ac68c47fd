import expressSession from 'express-session'
import { expect, it, onTestFinished } from 'vitest'
import { SessionStore } from '#src/http/session-store.js'

it('says at once that a session was prolonged, and has prolonged it', async () => {
  const store = new SessionStore()
  onTestFinished(() => store.stopInterval())
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
  const kept = await new Promise(resolve => store.get('s', (_error, data) => resolve(data)))
  expect(kept).toMatchObject({ userId: 'ann', cookie: { expires: later.toISOString() } })
})
