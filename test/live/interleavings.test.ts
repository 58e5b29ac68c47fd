import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { newPair } from '../support/crowd.js'
import { FaultProxy } from '../support/fault-proxy.js'
import type { HttpClient } from '../support/http-client.js'
import { PageClient, type Row, readRows } from '../support/page-client.js'
import { startTestServer } from '../support/test-server.js'

const lifeMs = 1000
const times = { reconnectMs: 20, unansweredMs: 400 }
const quietMs = 8000

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer({ MESSAGE_TTL_MS: String(lifeMs), RATE_LIMIT_MESSAGES: '20' })
})
afterAll(() => server.stop())

const who = fc.constantFrom(0, 1)
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('send'), who }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('cut'), who }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('cutAfter'),
      who,
      bytes: fc.nat(3000),
      direction: fc.constantFrom('up', 'down'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('swallow'), who, direction: fc.constantFrom('up', 'down') }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('away'), who }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('heal'), who }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reload'), who }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('pause'), ms: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('expire') }) },
)

const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** A page behind its own proxy, with what its person wrote and when. */
interface Side {
  readonly client: HttpClient
  readonly page: PageClient
  readonly proxy: FaultProxy
  readonly written: { text: string; at: number }[]
}

async function makeSide(client: HttpClient, chat: string): Promise<Side> {
  const proxy = await FaultProxy.before(server.url)
  const page = new PageClient(proxy.url, client, chat, lifeMs, times)
  await page.load()
  return { client, page, proxy, written: [] }
}

async function take(each: Step, sides: readonly [Side, Side]): Promise<void> {
  const side = sides[each.who === 1 ? 1 : 0]
  switch (each.type) {
    case 'send': {
      const text = `${each.who}:${side.written.length}`
      side.written.push({ text, at: Date.now() })
      return side.page.write(text)
    }
    case 'cut':
      return side.proxy.cut()
    case 'cutAfter':
      return side.proxy.cutAfter(each.bytes ?? 0, each.direction === 'up' ? 'up' : 'down')
    case 'swallow':
      return side.proxy.drop(each.direction === 'up' ? 'up' : 'down')
    case 'away':
      side.proxy.isDown = true
      return side.proxy.cut()
    case 'heal':
      return side.proxy.heal()
    case 'reload':
      return void side.page.load()
    case 'pause':
      return void (await wait(each.ms ?? 0))
    case 'expire':
      return void (await wait(lifeMs + 50))
  }
}

interface Step {
  readonly type: string
  readonly who?: number
  readonly bytes?: number
  readonly direction?: string
  readonly ms?: number
}

const key = (rows: readonly Row[]) => rows.map(({ id, seq, text }) => `${seq} ${id} ${text}`)
const inOrder = (numbers: readonly number[]) =>
  numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0))

it('any interleaving of send, cut, resend, expire and reconnect ends with both pages equal to the server and to the model', {
  timeout: 120_000,
}, async () => {
  let stored = 0
  let connections = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 30 }), async steps => {
      const { ann, ben, chat } = await newPair(server.url)
      const sides = [await makeSide(ann, chat), await makeSide(ben, chat)] as const
      try {
        for (const each of steps) await take(each, sides)
        for (const { proxy } of sides) proxy.heal()
        // What is older than a message lives has stepped aside, and holds back nothing.
        const next = ({ page }: Side) => page.pending.find(({ state }) => state !== 'old')
        const isSettled = (side: Side) => side.page.isOpen && (next(side)?.state ?? 'failed') === 'failed'
        for (const side of sides) await side.page.until(() => isSettled(side), quietMs, 'the outbox empty or given up')
        // A last message goes through whole, so that whatever was under way before it has arrived too.
        for (const [index, side] of sides.entries()) {
          if (next(side)) continue
          side.page.write(`last of ${index}`)
          for (const { page } of sides) {
            await page.until(() => page.shownAs.has(`last of ${index}`), quietMs, 'the last message')
          }
        }
        const [annSide, benSide] = sides
        const readServer = async () => readRows(await (await ann.get(`${server.url}${chat}`)).text())
        const before = new Set((await readServer()).map(({ id }) => id))
        const shown = [annSide.page.rows, benSide.page.rows]
        const onServer = await readServer()
        // What lived all the while that was looked stands on both pages; what had gone before goes from them too.
        const alive = (rows: readonly Row[]) => key(rows.filter(({ id }) => onServer.some(row => row.id === id)))
        for (const rows of shown) expect(alive(rows)).toEqual(key(onServer))
        const isClean = (page: PageClient) => page.rows.every(({ id }) => before.has(id))
        for (const { page } of sides) await page.until(() => isClean(page), 500, 'nothing shown that had gone')
        for (const { page, written } of sides) {
          const givenUp = new Set(page.pending.map(({ text }) => text))
          for (const { text, at } of written) {
            const ids = page.shownAs.get(text)?.size ?? 0
            stored += ids
            expect(ids, `"${text}" was stored so often`).toBeLessThanOrEqual(1)
            // What is young enough to live still, and was not given up, stands there.
            if (!givenUp.has(text) && Date.now() - at < lifeMs / 2) expect(ids, `"${text}" is there`).toBe(1)
          }
        }
        const seqs = (index: number) =>
          onServer.filter(({ text }) => text.startsWith(`${index}:`)).map(({ text }) => Number(text.slice(2)))
        expect(inOrder(seqs(0)) && inOrder(seqs(1))).toBe(true)
      } finally {
        for (const { page, proxy } of sides) {
          connections += page.connections
          page.stop()
          await proxy.stop()
        }
      }
    }),
    { numRuns: Number(process.env.PROPERTY_RUNS ?? 15), endOnFailure: true, interruptAfterTimeLimit: 90_000 },
  )
  expect(stored, 'messages that the pages showed').toBeGreaterThan(20)
  expect(connections, 'more connections than pages: there were faults').toBeGreaterThan(50)
})
