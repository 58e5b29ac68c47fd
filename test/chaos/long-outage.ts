import { setTimeout as delay } from 'node:timers/promises'
import { FaultProxy } from '../support/fault-proxy.js'
import { type Chats, withChats } from './chats.js'
import { brokenBy, type Fault, unless } from './fault.js'
import { onStage } from './stage.js'

const lifeMs = 4000
const outageMs = lifeMs + 4000
const latestMs = 15_000

/** How many messages the pages of all people say that they never saw. */
async function countVanished({ pairs }: Chats): Promise<number> {
  const counts = pairs.flatMap(({ people, chat }) =>
    people.map(async ({ client }) => {
      const words = (await (await client.get(chat)).text()).replace(/<[^>]+>/g, '')
      const [, count = '0'] = /(\d+) messages? from [^.]*? vanished before you saw/.exec(words) ?? []
      return Number(count)
    }),
  )
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
}

export const longOutage: Fault = {
  name: "outage is longer than a message's life",
  isShort: true,
  takesS: 25,
  run: () =>
    onStage({ env: { MESSAGE_TTL_MS: String(lifeMs) } }, async stage => {
      const proxy = await FaultProxy.before(stage.url)
      const kinds = [
        ['socket', 'stream'],
        ['socket', 'socket'],
      ] as const
      try {
        return await withChats(stage.url, { through: [proxy.url, proxy.url], kinds, lifeMs }, async chats => {
          chats.talk(500)
          await delay(1000)
          proxy.isDown = true
          proxy.cut()
          await delay(outageMs)
          proxy.heal()
          chats.overAt = Date.now()
          await delay(2000)
          await chats.quiet(latestMs)
          const aside = chats.aside.length
          // Nothing that was written before holds up what is written now.
          const last = chats.people.map(person => chats.write(person))
          const { lost, ...tally } = await chats.quiet(latestMs)
          const isStuck = chats.aside.some(({ text }) => last.includes(text))
          const vanished = await countVanished(chats)
          // What had lived and gone before its reader was back is not lost: the reader is told of it.
          const counts = { ...tally, lost: Math.max(0, lost - vanished) }
          return {
            ...counts,
            told: `"Not sent" of ${aside} messages older than a life, ${vanished} vanished unseen; ${chats.told()}`,
            broken: [
              ...brokenBy(counts, latestMs),
              ...unless(aside > 0, 'none was too old'),
              ...unless(!isStuck, 'what is written after it is not sent'),
              ...unless(await stage.isWell(), 'the server no longer answers'),
            ],
          }
        })
      } finally {
        await proxy.stop()
      }
    }),
}
