import { setTimeout as delay } from 'node:timers/promises'
import { fillUntilRefused, longTexts } from '../support/full-memory.js'
import { newRoom, type Room } from '../support/full-room.js'
import { inMemoryGroup } from '../support/memory-group.js'
import type { Chats } from './chats.js'
import { type Fault, type Finding, unless } from './fault.js'
import type { Stage, StageInit } from './stage.js'
import { hurtWhileChatting } from './trial.js'

const heapMegabytes = 64
const groupMegabytes = 256
/** Half as many people again as fill the server: each may hold an eighth of its memory for messages. */
const rooms = 6
const patienceMs = 10_000
const full = ['person_full', 'server_full', 'room_full']

/** What bounds the memory of a server, as its log names it, and what fills it. */
interface LittleMemory {
  readonly limitedBy: 'heap' | 'cgroup'
  readonly text: string
}

async function fillMemory(stage: Stage, chats: Chats, { limitedBy, text }: LittleMemory) {
  await delay(1000)
  await chats.hush()
  const filled: Room[] = []
  for (let count = 0; count < rooms; count += 1) filled.push(await newRoom(stage.url))
  const filling = filled.flatMap(({ members, roomId }) =>
    members.map(member => fillUntilRefused(stage.url, member, roomId, text)),
  )
  const fillings = await Promise.all(filling)
  const taken = fillings.reduce((sum, each) => sum + each.taken, 0)
  const refused = fillings.map(({ code }) => code).filter(code => full.includes(code))
  const isAlive = await stage.isWell()
  let turnedAway = 0
  if (isAlive) {
    // There is room for a few short messages; then the others are refused too.
    chats.talk(100)
    await delay(1500)
    await chats.hush()
    turnedAway = chats.notSent.length
    for (const { members, chat } of filled) await members[0].client.post(`${chat}/end`, {}, `${chat}/end`)
    // With room again, the others go on, and what they were refused goes out.
    for (const until = Date.now() + patienceMs; chats.notSent.length > 0 && Date.now() < until; await delay(500))
      chats.tryAgain()
    chats.talk(400)
    await delay(1500)
  }
  const [death = ''] = /FATAL ERROR.*/.exec(stage.server.output) ?? []
  const isLowered = stage.server.output.includes(`"limitedBy":"${limitedBy}"`)
  return {
    told: `whoever writes, after ${taken} messages: ${[...new Set(refused)].join(', ') || 'nothing'}; "Not sent" of ${turnedAway} of others, which went out later`,
    broken: [
      ...unless(isLowered, `the log does not say that the ${limitedBy} lowers what messages may take`),
      ...unless(isAlive, `the server died after ${taken} messages: ${death || stage.server.child.signalCode}`),
      ...unless(refused.length === fillings.length, `${fillings.length - refused.length} were cut before any refusal`),
      ...unless(refused.includes('server_full'), 'there was room for all'),
      ...unless(turnedAway > 0, 'none of the others was refused'),
    ],
  }
}

/** Fills a server's memory while people chat. A room may hold as many messages as fit. */
function fillWhileChatting(init: StageInit, what: LittleMemory): Promise<Finding> {
  const env = { ...init.env, ROOM_MAX_MESSAGES: '1000000' }
  return hurtWhileChatting({ init: { ...init, env } }, (stage, chats) => fillMemory(stage, chats, what))
}

const littleHeap: Fault = {
  name: `heap of ${heapMegabytes} MB is filled with Cyrillic text`,
  isShort: false,
  isAlone: true,
  takesS: 25,
  run: () => {
    const env = { NODE_OPTIONS: `--max-old-space-size=${heapMegabytes}` }
    return fillWhileChatting({ env }, { limitedBy: 'heap', text: longTexts.cyrillic })
  },
}

const littleGroup = (script: keyof typeof longTexts, name: string): Fault => ({
  name: `control group of ${groupMegabytes} MB is filled with ${name} text`,
  isShort: false,
  isAlone: true,
  takesS: 25,
  run: () =>
    inMemoryGroup(groupMegabytes, group =>
      fillWhileChatting({ bounds: { group } }, { limitedBy: 'cgroup', text: longTexts[script] }),
    ),
})

export const littleMemory: readonly Fault[] = [
  littleHeap,
  littleGroup('cyrillic', 'Cyrillic'),
  littleGroup('latin', 'Latin'),
]
