import express, { type Request, type RequestHandler } from 'express'
import expressSession from 'express-session'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SessionStore } from '#src/http/session-store.js'
import { HttpClient } from '../support/http-client.js'
import { serveApp } from '../support/served-app.js'

const longMs = 60_000
const shortMs = 250

/** What a store of sessions must do, whatever the requests that use it. `makeStore` makes a store that shares with no other. */
export function describeSessionStore(name: string, makeStore: () => SessionStore): void {
  /** A server of which /begin makes a session of ann, /note writes into it, /end ends it; /note and /read wait for `release`. */
  async function begin(lifetimeMs = longMs) {
    const store = makeStore()
    onTestFinished(() => store.stop())
    let release = () => {}
    const held: string[] = []
    const hold = async ({ path, query }: Request) => {
      if (!query.slow) return
      held.push(path)
      await new Promise<void>(resolve => {
        release = resolve
      })
    }
    const answer: RequestHandler = ({ session, sessionID }, response) =>
      void response.json(session.userId ? [sessionID, session.userId, session.zone] : null)
    const app = express()
      .use(
        expressSession({
          ...{ secret: 'secret', store, resave: false, saveUninitialized: false, rolling: true },
          cookie: { maxAge: lifetimeMs },
        }),
      )
      .get('/begin', async (request, response, next) => {
        await new Promise(resolve => request.session.regenerate(resolve))
        Object.assign(request.session, { userId: 'ann', generation: 0, zone: null, csrfSecret: 'x' })
        await new Promise(resolve => request.session.save(resolve))
        await answer(request, response, next)
      })
      .get('/note', async (request, response, next) => {
        await hold(request)
        if (request.session.userId) request.session.zone = 'UTC'
        await answer(request, response, next)
      })
      .get('/read', async (request, response, next) => {
        await hold(request)
        await answer(request, response, next)
      })
      .get('/end', async (request, response) => {
        await new Promise(resolve => request.session.destroy(resolve))
        response.json(null)
      })
    const url = await serveApp(app)
    const ask = async (client: HttpClient, path: string) => (await client.get(path)).json()
    const logIn = async () => {
      const client = new HttpClient(url)
      const [id]: [string] = await ask(client, '/begin')
      return { client, id }
    }
    return { store, held, release: () => release(), ask, logIn }
  }

  describe(`sessions in ${name}`, () => {
    test('are what requests made of them, until they are ended', async () => {
      const { store, ask, logIn } = await begin()
      const [{ client, id }, other] = [await logIn(), await logIn()]
      expect(await ask(client, '/read')).toEqual([id, 'ann', null])
      expect(await ask(client, '/note')).toEqual([id, 'ann', 'UTC'])
      expect([(await store.read(id))?.zone, (await store.read(other.id))?.zone]).toEqual(['UTC', null])
      await ask(client, '/end')
      expect([await store.read(id), await ask(client, '/read')]).toEqual([null, null])
      expect(await ask(other.client, '/read')).toEqual([other.id, 'ann', null])
    })

    test.each(['/note', '/read'])(
      'are not brought back by a request to %s that another overtook and ended them',
      async path => {
        const { store, held, release, ask, logIn } = await begin()
        const { client, id } = await logIn()
        const cookies = new Map(client.cookies)
        const slow = ask(client, `${path}?slow=yes`)
        await expect.poll(() => held).toEqual([path])
        await store.remove(id)
        release()
        await slow
        expect(await store.read(id)).toBe(null)
        for (const [cookie, value] of cookies) client.cookies.set(cookie, value)
        expect(await ask(client, '/read')).toBe(null)
      },
    )

    test('end by their time, which each use begins anew and the session says', async () => {
      const { store, ask, logIn } = await begin(shortMs)
      const { client, id } = await logIn()
      const endOf = async () => new Date((await store.read(id))?.cookie.expires ?? 0).getTime()
      expect(Math.abs((await endOf()) - Date.now() - shortMs)).toBeLessThan(shortMs / 2)
      const first = await endOf()
      await new Promise(resolve => setTimeout(resolve, shortMs / 2))
      await ask(client, '/read')
      expect(await endOf()).toBeGreaterThan(first + shortMs / 4)
      await new Promise(resolve => setTimeout(resolve, shortMs + 20))
      expect([await store.read(id), await store.listOfAccount('ann')]).toEqual([null, []])
    })

    test('are listed by their account, and the oldest must end when there are too many', async () => {
      const { store, ask, logIn } = await begin()
      const all = [await logIn(), await logIn(), await logIn()] as const
      const [first, second, third] = all.map(({ id }) => id)
      if (!first || !second || !third) throw new Error('There are three')
      expect(await store.addToAccount('ann', first, 2)).toEqual([])
      expect(await store.addToAccount('ann', second, 2)).toEqual([])
      expect(await store.listOfAccount('ann')).toEqual([first, second])
      expect(await store.addToAccount('ann', third, 2)).toEqual([first])
      await store.remove(first)
      expect([await store.listOfAccount('ann'), await store.listOfAccount('ben')]).toEqual([[second, third], []])
      await ask(all[1].client, '/end')
      expect(await store.listOfAccount('ann')).toEqual([third])
    })

    test('that have ended by their time make room for others of their account', async () => {
      const { store, logIn } = await begin(shortMs)
      const first = (await logIn()).id
      await store.addToAccount('ann', first, 2)
      await new Promise(resolve => setTimeout(resolve, shortMs + 20))
      const later = [await logIn(), await logIn()]
      for (const { id } of later) expect(await store.addToAccount('ann', id, 2)).toEqual([])
      expect(await store.listOfAccount('ann')).toEqual(later.map(({ id }) => id))
    })
  })
}
