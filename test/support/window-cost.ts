import { once } from 'node:events'
import { z } from 'zod'
import { RoomVisit } from './room-visit.js'
import { ServerProcess } from './server-process.js'

/** What an action costs in a small and in a big room: the server's CPU time in ms, as the median of the rounds. */
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

/** Something that is done to a room. `times` makes a round long enough to be measured. */
interface Action {
  readonly what: string
  readonly times: number
  readonly run: (visit: RoomVisit) => Promise<unknown>
}

const actions: readonly Action[] = [
  { what: 'open: GET of the page', times: 60, run: visit => visit.open() },
  { what: 'catch up: the socket of a page that missed one message', times: 60, run: visit => visit.catchUp() },
  { what: 'read: GET of the messages by the API', times: 100, run: visit => visit.read() },
  { what: 'join: room:join of a program', times: 100, run: visit => visit.join() },
  // Few, and last, because they make the rooms grow.
  { what: 'send: from one page to the other', times: 40, run: visit => visit.send() },
]

/** Settings that put limits out of the way of a measurement. */
export const limitsAway = {
  ROOM_MAX_MESSAGES: '1000000',
  ...Object.fromEntries(
    ['API', 'AUTH_ADDRESS', 'FRAMES', 'MESSAGES', 'REQUESTS', 'REACHING'].map(name => [
      `RATE_LIMIT_${name}`,
      '1000000',
    ]),
  ),
}

/** Starts a server and measures the actions on it. */
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

  /** The CPU time of one run, in ms. */
  async function sample({ times, run }: Action, visit: RoomVisit): Promise<number> {
    const before = await usedMs()
    for (let time = 0; time < times; time += 1) await run(visit)
    return ((await usedMs()) - before) / times
  }

  const costs: WindowCost[] = []
  for (const action of actions) {
    // A first run for each room warms the code up.
    for (const visit of [smallRoom, bigRoom]) await sample(action, visit)
    const samples: { small: number; big: number }[] = []
    for (let round = 0; round < rounds; round += 1) {
      // The rooms take turns in coming first.
      if (round % 2 === 0) samples.push({ small: await sample(action, smallRoom), big: await sample(action, bigRoom) })
      else samples.push({ big: await sample(action, bigRoom), small: await sample(action, smallRoom) })
    }
    const [smallMs, bigMs] = [medianOf(samples.map(each => each.small)), medianOf(samples.map(each => each.big))]
    costs.push({ what: action.what, smallMs, bigMs, ratio: bigMs / smallMs })
  }
  for (const visit of [smallRoom, bigRoom]) visit.leave()
  return costs
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
