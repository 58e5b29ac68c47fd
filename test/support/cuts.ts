import { setInterval } from 'node:timers'
import { newPair } from './crowd.js'
import { FaultProxy } from './fault-proxy.js'
import { type MortalServer, startMortalNodes } from './mortal-nodes.js'
import { PageClient, readRows } from './page-client.js'
import { startTestServer } from './test-server.js'

/** What people do while connections are cut. Times are in milliseconds. */
export interface CutsPlan {
  readonly pairs: number
  /** How many messages all people send together. */
  readonly messages: number
  /** How often some connection is cut. */
  readonly cutEveryMs: number
  /** How often some page is reloaded. */
  readonly reloadEveryMs: number
  /** The mean pause between two messages of one person. */
  readonly pauseMs: number
  /** How often one of two nodes on one Redis is killed, and started again; without it there is a single process. */
  readonly killEveryMs?: number
  /** For how long at most all is to be sent, once nothing is cut any more. */
  readonly quietMs?: number
}

/**
 * What became of their messages. `stored` should be the number of messages sent; `lost`, `doubled`, `outOfOrder` and `differing` should
 * be 0.
 */
export interface CutsResult {
  readonly stored: number
  readonly lost: number
  readonly doubled: number
  readonly outOfOrder: number
  /** How many pages do not show what the server has. */
  readonly differing: number
  readonly cuts: number
  readonly reloads: number
  /** How many nodes were killed. */
  readonly kills: number
  readonly connections: number
  readonly seconds: number
}

const times = { reconnectMs: 100, unansweredMs: 5000 }
const lifeMs = 3_600_000
const usualQuietMs = 30_000

const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
const randomBelow = (count: number) => Math.floor(Math.random() * count)

async function makePair(url: string, through: string, index: number) {
  const { ann, ben, chat } = await newPair(url)
  const open = (client: typeof ann) => new PageClient(through, client, chat, lifeMs, times)
  const people = [ann, ben].map((client, side) => ({ name: `${index}.${side}`, page: open(client) }))
  await Promise.all(people.map(({ page }) => page.load()))
  return { people, read: async () => readRows(await (await ann.get(new URL(chat, url).href)).text()) }
}

const env = { RATE_LIMIT_MESSAGES: '1000', RATE_LIMIT_FRAMES: '1000', ROOM_MAX_MESSAGES: '100000' }

async function startWhole(): Promise<MortalServer> {
  return { ...(await startTestServer(env)), killNext: async () => {} }
}

/** Lets many pairs chat at once through a proxy that cuts connections, and counts what became of every message. */
export async function chatThroughCuts(plan: CutsPlan): Promise<CutsResult> {
  const server = await (plan.killEveryMs ? startMortalNodes(env) : startWhole())
  const proxy = await FaultProxy.before(server.url)
  const pairs = await Promise.all(
    Array.from({ length: plan.pairs }, (_, index) => makePair(server.url, proxy.url, index)),
  )
  const people = pairs.flatMap(pair => pair.people)
  const { quietMs = usualQuietMs } = plan
  const each = Math.ceil(plan.messages / people.length)
  const began = Date.now()
  let [cuts, reloads, kills] = [0, 0, 0]
  const cutting = setInterval(() => {
    proxy.cutOne(randomBelow)
    cuts += 1
  }, plan.cutEveryMs)
  const reloading = setInterval(() => {
    reloads += 1
    void people[randomBelow(people.length)]?.page.load()
  }, plan.reloadEveryMs)
  let killed: Promise<void> | null = null
  // Where a node takes longer to start, the other one is left alone until it serves.
  const killNext = () => {
    if (killed !== null) return
    kills += 1
    killed = server.killNext().finally(() => {
      killed = null
    })
  }
  const killing = plan.killEveryMs && setInterval(killNext, plan.killEveryMs)

  await Promise.all(
    people.map(async ({ name, page }) => {
      for (let number = 0; number < each; number += 1) {
        page.write(`${name}:${number}`)
        if (number % 5 === 0) page.see()
        await wait(plan.pauseMs * (0.5 + Math.random()))
      }
    }),
  )
  clearInterval(cutting)
  clearInterval(reloading)
  if (killing) clearInterval(killing)
  const seconds = (Date.now() - began) / 1000
  await killed
  await Promise.all(
    people.map(({ page }) => page.until(() => page.isOpen && page.pending.length === 0, quietMs, 'sent')),
  )

  let [stored, lost, doubled, outOfOrder, differing] = [0, 0, 0, 0, 0]
  for (const pair of pairs) {
    const rows = await pair.read()
    const list = JSON.stringify(rows.map(({ seq, text }) => [seq, text]))
    stored += rows.length
    for (const { name, page } of pair.people) {
      const shows = () => JSON.stringify(page.rows.map(({ seq, text }) => [seq, text])) === list
      await page.until(shows, 2000, 'equal').catch(() => {
        differing += 1
      })
      const numbers = rows
        .filter(({ text }) => text.startsWith(`${name}:`))
        .map(({ text }) => Number(text.split(':')[1]))
      const distinct = new Set(numbers)
      lost += each - distinct.size
      doubled += numbers.length - distinct.size
      doubled += [...page.shownAs.values()].filter(ids => ids.size > 1).length
      outOfOrder += numbers.filter((number, index) => index > 0 && number < (numbers[index - 1] ?? 0)).length
    }
  }
  const connections = people.reduce((sum, { page }) => sum + page.connections, 0)
  for (const { page } of people) page.stop()
  await proxy.stop()
  await server.stop()
  return { stored, lost, doubled, outOfOrder, differing, cuts, reloads, kills, connections, seconds }
}
