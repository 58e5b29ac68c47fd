import { setTimeout as delay } from 'node:timers/promises'
import { FaultProxy } from '../support/fault-proxy.js'
import { type Chats, withChats } from './chats.js'
import { type Chatter, type ChattingPair, stateOf } from './chatters.js'
import { brokenBy, type Fault, type Finding, unless } from './fault.js'
import { onStage, type Stage } from './stage.js'

const lifeMs = 4000
const outageMs = lifeMs + 3000
const latestMs = 15_000
const kinds = [
  ['socket', 'stream'],
  ['socket', 'socket'],
] as const

/** The lines of the first people of each pair, and those of the second. */
type Lines = readonly [FaultProxy, FaultProxy]

/** Waits until something holds. @throws Error after as long as a message may take */
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + latestMs; !(await holds()); await delay(50))
    if (Date.now() > end) throw new Error(`${what}: not within ${latestMs} ms`)
}

async function readPage({ client }: Chatter, chat: string): Promise<string> {
  return (await client.get(chat)).text()
}

/** Whether the server says of all that somebody has written that the other has seen it. */
async function isAllSeen(writer: Chatter, chat: string): Promise<boolean> {
  const statuses = [...(await readPage(writer, chat)).matchAll(/ data-message-id="[^"]+"[^>]*? data-status="(\w+)"/g)]
  return statuses.every(([, status]) => status === 'seen')
}

/** How many messages somebody's page says that they never saw. */
async function countVanished(reader: Chatter, chat: string): Promise<number> {
  const words = (await readPage(reader, chat)).replace(/<[^>]+>/g, '')
  return Number(/(\d+) messages? from [^.]*? vanished before you saw/.exec(words)?.[1] ?? 0)
}

/** Has everybody see all there is, so that what vanishes unseen from here on was never shown. */
async function seeAll({ pairs, people }: Chats): Promise<void> {
  const areAllSeen = async ({ people: both, chat }: ChattingPair) =>
    (await Promise.all(both.map(writer => isAllSeen(writer, chat)))).every(isSeen => isSeen)
  await until('all is seen', async () => {
    for (const { voice } of people) voice.see()
    return (await Promise.all(pairs.map(areAllSeen))).every(isSeen => isSeen)
  })
}

/** Has the first of each pair write to the second, who is away, until the server has it; then they lose their line too. */
async function writeToAway(chats: Chats, [firsts, seconds]: Lines): Promise<void> {
  seconds.isDown = true
  seconds.cut()
  for (const {
    people: [ann],
  } of chats.pairs) {
    const text = chats.write(ann)
    await until('a message is taken', () => stateOf(ann, text) === undefined)
  }
  firsts.isDown = true
  firsts.cut()
}

/** Gives all their lines back; resolves once they are connected, with when each was. */
async function comeBack(chats: Chats, lines: Lines): Promise<ReadonlyMap<Chatter, number>> {
  const backAt = new Map<Chatter, number>()
  for (const line of lines) line.heal()
  chats.overAt = Date.now()
  const wait = async (person: Chatter) => {
    await until('a page is connected again', () => person.voice.isOpen)
    backAt.set(person, Date.now())
  }
  await Promise.all(chats.people.map(wait))
  return backAt
}

/** How many messages, of those that vanished while their readers were away, the readers are not told of. */
function countUntold(chats: Chats, toldOf: ReadonlyMap<Chatter, number>): number {
  const untold = chats.people.map(person => {
    const vanished = chats.vanished.filter(({ to }) => to === person).length
    return Math.max(0, vanished - (toldOf.get(person) ?? 0))
  })
  return untold.reduce((sum, count) => sum + count, 0)
}

/** How many messages each person is told of that they never saw. */
async function readAllVanished({ pairs }: Chats): Promise<Map<Chatter, number>> {
  const counts = pairs.flatMap(({ people, chat }) =>
    people.map(async person => [person, await countVanished(person, chat)] as const),
  )
  return new Map(await Promise.all(counts))
}

async function outlive(stage: Stage, chats: Chats, lines: Lines): Promise<Finding> {
  chats.talk(500)
  await delay(1000)
  await chats.quiet(latestMs)
  await seeAll(chats)
  const before = await readAllVanished(chats)
  await writeToAway(chats, lines)
  chats.talk(500)
  await delay(outageMs)
  const backAt = await comeBack(chats, lines)
  chats.mayVanish = ({ at, to }) => at < (backAt.get(to) ?? 0)
  await delay(2000)
  await chats.quiet(latestMs)
  const old = chats.notSent
  // Nothing that was written before holds up what is written now.
  const last = chats.people.map(person => chats.write(person))
  const tally = await chats.quiet(latestMs)
  const after = await readAllVanished(chats)
  const toldOf = new Map([...after].map(([person, count]) => [person, count - (before.get(person) ?? 0)]))
  // What had lived and gone before its reader was back is lost only if nothing tells them of it.
  const lost = tally.lost + countUntold(chats, toldOf)
  const isStuck = chats.notSent.some(({ text }) => last.includes(text))
  const refused = chats.notSent.filter(({ from, text }) => stateOf(from, text) !== 'old').length
  const vanished = chats.vanished.length
  return {
    ...tally,
    lost,
    told: `"Not sent" of ${old.length} messages older than a life, ${vanished} vanished unseen; ${chats.told()}`,
    broken: [
      // Whoever wrote what is too old is told so, as it should be.
      ...brokenBy({ ...tally, lost, notSent: refused }, latestMs),
      ...unless(old.length > 0, 'none was too old'),
      ...unless(vanished > 0, 'none vanished while its reader was away'),
      ...unless(!isStuck, 'what is written after it is not sent'),
      ...unless(await stage.isWell(), 'the server no longer answers'),
    ],
  }
}

export const longOutage: Fault = {
  name: "outage is longer than a message's life",
  isShort: true,
  takesS: 25,
  run: () =>
    onStage({ env: { MESSAGE_TTL_MS: String(lifeMs) } }, async stage => {
      const lines: Lines = [await FaultProxy.before(stage.url), await FaultProxy.before(stage.url)]
      const [firsts, seconds] = lines
      try {
        const plan = { through: [firsts.url, seconds.url], kinds, lifeMs } as const
        return await withChats(stage.url, plan, chats => outlive(stage, chats, lines))
      } finally {
        await Promise.all(lines.map(line => line.stop()))
      }
    }),
}
