import { setTimeout as delay } from 'node:timers/promises'
import { idOf } from '../support/crowd.js'
import { Chats } from './chats.js'
import type { Chatter, ChattingPair } from './chatters.js'
import { brokenBy, type Finding, unless } from './fault.js'
import type { Stage } from './stage.js'

const tellMs = 20_000
const latestMs = 15_000
const restarted = 'The server restarted, so earlier messages are gone.'

/** Waits until somebody's page has led to the log-in, or their program was told that the room is not there. */
async function untilTold({ voice }: Chatter): Promise<boolean> {
  for (const until = Date.now() + tellMs; !voice.isGone && Date.now() < until; ) await delay(50)
  return voice.isGone
}

/** Has the chats of a server that was ended begin anew on one that was started in its place, and counts both. */
export async function goOn(stage: Stage, before: Chats): Promise<Finding> {
  await before.hush()
  const told = await Promise.all(before.people.map(untilTold))
  const erased = before.count()
  before.leave()
  let sentences = 0
  const reopen = async ({ people, chat }: ChattingPair): Promise<string> => {
    const pages: string[] = []
    for (const { client, name } of people) {
      await client.logIn(`${name}@example.com`, 'long enough 1')
      pages.push(await (await client.get(chat)).text())
    }
    sentences += pages.filter(html => html.includes(restarted)).length
    const [ann, ben] = people
    const anew = await ann.client.openChat(await idOf(ann.client, ben.name))
    await ben.client.get(anew)
    return anew
  }
  const chats = await Chats.anew(stage.url, before, reopen)
  try {
    chats.talk(300)
    await delay(1500)
    const tally = await chats.quiet(latestMs)
    const old = new Set(before.people.flatMap(({ written }) => [...written.keys()]))
    const back = chats.people.flatMap(({ voice }) => [...voice.shownAs.keys()]).filter(text => old.has(text))
    const untold = told.filter(isTold => !isTold).length
    const doubled = tally.doubled + erased.doubled
    const astray = tally.astray + erased.astray
    // A program is told by a code, and its person has shown no page.
    const readers = before.people.filter(({ kind }) => kind !== 'program').length
    return {
      ...tally,
      sent: erased.sent + tally.sent,
      doubled,
      astray,
      told: `${before.told()}; "${restarted}" ${sentences} times`,
      broken: [
        ...brokenBy({ ...tally, doubled, astray }, latestMs),
        ...unless(untold === 0, `${untold} of ${told.length} people were not told within ${tellMs / 1000} s`),
        ...unless(sentences >= readers, `${readers - sentences} people did not read why the chat is gone`),
        ...unless(back.length === 0, `${back.length} erased messages came back`),
      ],
    }
  } finally {
    chats.leave()
  }
}
