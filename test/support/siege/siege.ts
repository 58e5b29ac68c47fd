import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import WebSocket from 'ws'
import { z } from 'zod'
import { projectRoot } from '#src/project-root.js'
import { fillRoom, newRoom, type Room } from '../full-room.js'
import { ServerProcess } from '../server-process.js'
import { attacks, floods } from './attacks.mjs'
import { Bystanders, type Latency } from './bystanders.js'
import { type Health, Watch } from './watch.js'

/** Every attack that can be made together with the others. */
export const attackNames = Object.keys(attacks)
/** Those that are made on an empty room, since filling it takes a limit out of the way that they are to meet. */
export const floodNames = Object.keys(floods)

/** What the messages of the full room consist of: what grows most as it becomes HTML. */
export const fillings = {
  quotes: '"'.repeat(5000),
  links: 'a.co '.repeat(1000),
}

export interface SiegePlan {
  readonly forMs: number
  /** Connections of each reset pattern, spread over the time. */
  readonly resets: number
  /** The names of those that are made, all at once. */
  readonly names: readonly string[]
  /** What the message of that number says. */
  readonly contentOf: (index: number) => string
  /** Whether the room is empty, and every limit in its place. */
  readonly isEmpty?: boolean
}

/** What an attack did. */
const countSchema = z.object({
  opened: z.number(),
  /** Of these by the server, or by its end. */
  closed: z.number(),
  bytes: z.number(),
})

export interface SiegeReport {
  /** Null when the server has lived. */
  readonly died: { readonly afterMs: number; readonly how: string } | null
  readonly latency: Latency
  /** Whether one of the two who chat lost their connection. */
  readonly isCut: boolean
  readonly health: Health
  /** The most memory that the server held at once; 0 where the system does not tell. */
  readonly peakBytes: number
  /** Members of the full room who were let in again once the attacks were over. */
  readonly membersBack: number
  readonly counts: Readonly<Record<string, z.infer<typeof countSchema>>>
}

const fullRoom = 2000
/** What the server may take to see that the attackers' connections are gone. */
const settlingMs = 1000
/** What is not answered then counts as refused. */
const patienceMs = 5000

/**
 * Attacks a server of its own with a heap of 512 MB while two others chat, and says how both fared. Of the limits only the
 * one that would make filling the room take minutes is out of the way.
 */
export async function besiege(plan: SiegePlan): Promise<SiegeReport> {
  const server = new ServerProcess({
    NODE_OPTIONS: '--max-old-space-size=512',
    LOG_LEVEL: 'error',
    ...(plan.isEmpty ? {} : { RATE_LIMIT_MESSAGES: '1000000' }),
  })
  try {
    return await attackWhileOthersChat(server, plan)
  } finally {
    // A server that is overcome would not end in time if it were asked to.
    server.child.kill('SIGKILL')
    await server.ended
  }
}

async function attackWhileOthersChat(
  server: ServerProcess,
  { contentOf, isEmpty, ...orders }: SiegePlan,
): Promise<SiegeReport> {
  const url = await server.address()
  const room = await newRoom(url)
  if (!isEmpty) await fillRoom(url, room, fullRoom, contentOf)
  const bystanders = await Bystanders.enter(url)
  const watch = new Watch(url, server.child.pid)

  const over = new AbortController()
  const began = Date.now()
  let died: SiegeReport['died'] = null
  const noteEnd = server.ended.then(([code, signal]) => {
    died = { afterMs: Date.now() - began, how: `${signal ?? code}: ${lastWords(server.output)}` }
    over.abort()
  })
  const [counts, latency, health] = await Promise.all([
    attack({ url, ...orders }, room, over),
    bystanders.chat(over.signal),
    watch.look(over.signal),
  ])
  const { isCut } = bystanders
  bystanders.leave()
  await Promise.race([noteEnd, delay(settlingMs)])
  const membersBack = died ? 0 : await countBack(url, room)
  return { died, latency, isCut, health, peakBytes: watch.peakBytes, membersBack, counts }
}

/** Lets the attackers work, in a process of their own, until their time is up or all is `over`; then it is over for all. */
async function attack(
  orders: Omit<SiegePlan, 'contentOf' | 'isEmpty'> & { url: string },
  { roomId, members }: Room,
  over: AbortController,
): Promise<SiegeReport['counts']> {
  const attackers = fork(join(projectRoot, 'test/support/siege/attackers.mjs'))
  let counts: SiegeReport['counts'] = {}
  attackers.once('message', said => {
    counts = z.record(z.string(), countSchema).parse(said)
  })
  const ended = once(attackers, 'exit')
  const known = members.map(({ client, token }) => ({ cookie: client.cookieHeader, token }))
  attackers.send({ ...orders, roomId, members: known })
  over.signal.addEventListener('abort', () => attackers.connected && attackers.send('stop'))
  const [code] = await ended
  over.abort()
  if (code !== 0) throw new Error(`The attackers failed: their process ended with ${code}`)
  return counts
}

/** How many of the members are let in when they open the list of their chats. */
async function countBack(url: string, { members }: Room): Promise<number> {
  const isBack = members.map(async ({ client }) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, {
      headers: { cookie: client.cookieHeader },
    })
    // Whoever is not let in is told why by the close, and nothing else.
    const timer = setTimeout(() => socket.terminate(), patienceMs)
    const isHeard = await new Promise<boolean>(resolve =>
      socket
        .once('message', () => resolve(true))
        .once('close', () => resolve(false))
        .on('error', () => {}),
    )
    clearTimeout(timer)
    socket.terminate()
    return isHeard
  })
  return (await Promise.all(isBack)).filter(Boolean).length
}

/** What a server that died wrote last, of which a line names the cause. */
function lastWords(output: string): string {
  return /^.*(?:FATAL ERROR|Error: ).*$/m.exec(output)?.[0] ?? output.slice(-200)
}
