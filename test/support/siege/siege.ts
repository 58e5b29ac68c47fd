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

/** The names of the attacks that can all run at once. */
export const attackNames = Object.keys(attacks)
/** The names of the attacks that need an empty room: filling one needs RATE_LIMIT_MESSAGES raised, which they must meet. */
export const floodNames = Object.keys(floods)

/** Contents for the messages of the full room: those that grow most when they are rendered. */
export const fillings = {
  quotes: '"'.repeat(5000),
  links: 'a.co '.repeat(1000),
}

export interface SiegePlan {
  readonly forMs: number
  /** How many connections each attack with resets opens, spread over the time. */
  readonly resets: number
  /** The names of the attacks, which run all at once. */
  readonly names: readonly string[]
  /** The text of the message with this index. */
  readonly contentOf: (index: number) => string
  /** Whether to leave the room empty and every limit at its default. */
  readonly isEmpty?: boolean
}

/** What an attack did: connections that it opened, how many of them the server closed, and bytes that it read. */
const countSchema = z.object({
  opened: z.number(),
  closed: z.number(),
  bytes: z.number(),
})

export interface SiegeReport {
  /** Null if the server survived. */
  readonly died: { readonly afterMs: number; readonly how: string } | null
  readonly latency: Latency
  /** Whether one of the two bystanders lost their connection. */
  readonly isCut: boolean
  readonly health: Health
  /** The server's peak memory; 0 if the system does not tell. */
  readonly peakBytes: number
  /** How many members of the full room could connect again after the attacks. */
  readonly membersBack: number
  readonly counts: Readonly<Record<string, z.infer<typeof countSchema>>>
}

const fullRoom = 2000
/** How long the server has to notice that the attackers' connections are gone. */
const settlingMs = 1000
/** A connection that hears nothing for this long counts as refused. */
const patienceMs = 5000

/**
 * Starts a server with a heap of 512 MB, attacks it while two bystanders chat, and reports how both fared. Only
 * RATE_LIMIT_MESSAGES is raised, because filling the room would take minutes otherwise.
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
    // An overwhelmed server would not end in time if asked to.
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

/** Runs the attackers in their own process until their time is up or `over` aborts. Then aborts `over` for everybody. */
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

/** How many members get an answer when they open a socket for their list of chats. */
async function countBack(url: string, { members }: Room): Promise<number> {
  const isBack = members.map(async ({ client }) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, {
      headers: { cookie: client.cookieHeader },
    })
    // A refused socket gets a close code and no message.
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

/** The line in which a server that died named the cause, or the end of what it wrote. */
function lastWords(output: string): string {
  return /^.*(?:FATAL ERROR|Error: ).*$/m.exec(output)?.[0] ?? output.slice(-200)
}
