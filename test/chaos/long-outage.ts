import { setTimeout as delay } from 'node:timers/promises'
import { FaultProxy } from '../support/fault-proxy.js'
import { Chats } from './chats.js'
import { brokenBy, type Fault, unless } from './fault.js'
import { onStage } from './stage.js'

const lifeMs = 4000
const outageMs = lifeMs + 4000
const latestMs = 15_000
/** Between what a page and this trial take for the age of a message. */
const slackMs = 1500

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
      const chats = await Chats.begin(stage.url, { through: [proxy.url, proxy.url], kinds, lifeMs })
      try {
        chats.talk(500)
        await delay(1000)
        proxy.isDown = true
        proxy.cut()
        await delay(outageMs)
        proxy.heal()
        chats.overAt = Date.now()
        await delay(2000)
        const tally = await chats.quiet(latestMs)
        const tooYoung = chats.aside.filter(
          ({ text, from }) => chats.overAt - (from.written.get(text) ?? 0) < lifeMs - slackMs,
        )
        return {
          ...tally,
          told: `"Not sent" of ${chats.aside.length} messages that are older than a life; ${chats.told()}`,
          broken: [
            ...brokenBy(tally, latestMs),
            ...unless(chats.aside.length > 0, 'none was too old'),
            ...unless(tooYoung.length === 0, `${tooYoung.length} messages were not sent that were young enough`),
            ...unless(await stage.isWell(), 'the server no longer answers'),
          ],
        }
      } finally {
        chats.leave()
        await proxy.stop()
      }
    }),
}
