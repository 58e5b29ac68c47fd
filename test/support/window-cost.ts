import { once } from 'node:events'
import { z } from 'zod'
import { RoomVisit } from './room-visit.js'
import { ServerProcess } from './server-process.js'

/** What something costs in a small room and in a big one: milliseconds of the server's processor time, medians of the rounds. */
export interface WindowCost {
  readonly what: string
  readonly smallMs: number
  readonly bigMs: number
  readonly ratio: number
}

export interface WindowPlan {
  readonly rounds: number
  /** Messages in the two rooms. */
  readonly small: number
  readonly big: number
}

/** Something that is done to a room, as often as makes a round long enough to be measured. */
interface Deed {
  readonly what: string
  readonly times: number
  readonly run: (visit: RoomVisit) => Promise<unknown>
}

const deeds: readonly Deed[] = [
  { what: 'open: GET of the page', times: 60, run: visit => visit.open() },
  { what: 'catch up: the socket of a page that missed one message', times: 60, run: visit => visit.catchUp() },
  { what: 'read: GET of the messages by the API', times: 100, run: visit => visit.read() },
  { what: 'join: room:join of a program', times: 100, run: visit => visit.join() },
  // Few, and last: the rooms grow by them.
  { what: 'send: from one page to the other', times: 40, run: visit => visit.send() },
]

/** The limits that nothing but a measurement meets. */
export const limitsAway = {
  ROOM_MAX_MESSAGES: '1000000',
  ...Object.fromEntries(
    ['API', 'AUTH_ADDRESS', 'FRAMES', 'MESSAGES', 'REQUESTS', 'REACHING'].map(name => [
      `RATE_LIMIT_${name}`,
      '1000000',
    ]),
  ),
}

/** Measures on a server of its own. */
export async function measureWindow(plan: WindowPlan): Promise<WindowCost[]> {
  const server = new ServerProcess({ LOG_LEVEL: 'error', ...limitsAway }, 'bench/server/measured.mjs')
  try {
    return await measureOn(server, plan)
  } finally {
    await server.stop()
  }
}

async function measureOn(server: ServerProcess, { rounds, small, big }: WindowPlan): Promise<WindowCost[]> {
  const usedMs = async () => {
    const said = once(server.child, 'message')
    server.child.send('used')
    return z.number().parse((await said)[0])
  }
  const url = await server.address()
  const [smallRoom, bigRoom] = [await RoomVisit.enter(url, small), await RoomVisit.enter(url, big)]

  /** Milliseconds for each time. */
  async function sample({ times, run }: Deed, visit: RoomVisit): Promise<number> {
    const before = await usedMs()
    for (let time = 0; time < times; time += 1) await run(visit)
    return ((await usedMs()) - before) / times
  }

  const costs: WindowCost[] = []
  for (const deed of deeds) {
    // What is done first pays for warming the code up.
    for (const visit of [smallRoom, bigRoom]) await sample(deed, visit)
    const samples: { small: number; big: number }[] = []
    for (let round = 0; round < rounds; round += 1) {
      // Each comes first by turns.
      if (round % 2 === 0) samples.push({ small: await sample(deed, smallRoom), big: await sample(deed, bigRoom) })
      else samples.push({ big: await sample(deed, bigRoom), small: await sample(deed, smallRoom) })
    }
    const [smallMs, bigMs] = [medianOf(samples.map(each => each.small)), medianOf(samples.map(each => each.big))]
    costs.push({ what: deed.what, smallMs, bigMs, ratio: bigMs / smallMs })
  }
  for (const visit of [smallRoom, bigRoom]) visit.leave()
  return costs
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
