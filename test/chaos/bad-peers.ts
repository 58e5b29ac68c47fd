import { readdir } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { badConnections } from '../support/api/bad-connections.js'
import { openBad } from '../support/api/bad-openings.js'
import { FaultProxy } from '../support/fault-proxy.js'
import { newRoom } from '../support/full-room.js'
import { getBytes, rawConnection } from '../support/raw-request.js'
import { withChats } from './chats.js'
import { brokenBy, type Fault, unless } from './fault.js'
import type { Stage } from './stage.js'
import { hurtWhileChatting } from './trial.js'

const connectionsAtOnce = 10
const settlingMs = 20_000
/** Connections of others' pages that the server keeps open for a while. */
const fewDescriptors = 10

/** How many descriptors the server holds; 0 where the system does not tell. */
const countDescriptors = async ({ server }: Stage): Promise<number> =>
  (await readdir(`/proc/${server.child.pid}/fd`).catch(() => [])).length

/** Connections that say nothing, that begin a request, and that ask for a page and read nothing. */
async function openHalf(url: string, cookie: string, chat: string, count: number): Promise<Socket[]> {
  const words = ['', 'GET /login HTTP/1.1\r\nHost: localh', getBytes(cookie, chat, chat, chat)]
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const socket = await rawConnection(url)
      socket.pause()
      socket.write(words[index % words.length] ?? '')
      return socket
    }),
  )
}

const badPeers: Fault = {
  name: 'garbage and half-open connections',
  isShort: true,
  takesS: 40,
  run: isShort =>
    hurtWhileChatting({}, async (stage, chats) => {
      const { chat, members } = await newRoom(stage.url)
      const [{ client, token }] = members
      const before = await countDescriptors(stage)
      const half = await openHalf(stage.url, client.cookieHeader, chat, isShort ? 60 : 600)
      const member = { token, cookie: client.cookieHeader, chat }
      const queue = fc.sample(badConnections(member), isShort ? 100 : 2000)
      const count = queue.length + half.length
      const work = async () => {
        for (let input = queue.pop(); input; input = queue.pop()) await openBad(stage.url, input)
      }
      await Promise.all(Array.from({ length: connectionsAtOnce }, work))
      for (const socket of half) socket.destroy()
      const most = before + fewDescriptors
      let after = await countDescriptors(stage)
      for (const until = Date.now() + settlingMs; after > most && Date.now() < until; ) {
        await delay(200)
        after = await countDescriptors(stage)
      }
      return {
        told: `${chats.told()}, while ${count} connections were cut`,
        broken: unless(after <= most, `${after} descriptors are open, and before it were ${before}`),
      }
    }),
}

const stalledReaders: Fault = {
  name: 'readers stall, while others write to them',
  isShort: true,
  isAlone: true,
  takesS: 40,
  run: isShort =>
    hurtWhileChatting({ latestMs: 5000 }, async (stage, others) => {
      const proxy = await FaultProxy.before(stage.url)
      try {
        // Only the second of each pair is behind the stalled line: the first ones go on writing.
        return await withChats(stage.url, { through: [stage.url, proxy.url], length: 2000 }, async stalled => {
          stalled.talk(200)
          await delay(500)
          proxy.stall()
          await delay(isShort ? 3000 : 15_000)
          proxy.heal()
          stalled.overAt = Date.now()
          await delay(1000)
          const tally = await stalled.quiet(30_000)
          return {
            told: `the stalled: ${stalled.told()}, and all ${tally.sent} messages once; the others: ${others.told()}`,
            broken: brokenBy(tally, 15_000).map(each => `of the stalled, ${each}`),
          }
        })
      } finally {
        await proxy.stop()
      }
    }),
}

export const peers: readonly Fault[] = [badPeers, stalledReaders]
