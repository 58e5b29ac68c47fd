import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { get } from 'node:http'
import { z } from 'zod'
import type { ServerProcess } from '../support/server-process.js'

/** With it, the soak reads the server's metrics. */
export const metricsToken = 'a-token-of-the-soak'

const prefix = 'ephemeral_chat_'
const gauges = ['connections', 'tcp_connections', 'online_users', 'rooms', 'messages', 'bytes_held'] as const
const saidSchema = z.object({
  rss: z.number(),
  heapUsed: z.number(),
  listeners: z.number(),
  sessions: z.number(),
  resources: z.array(z.string()),
})
const accountsSchema = z.object({ accounts: z.array(z.unknown()) })

/** What a server holds. Memory in bytes, after a collection. */
export interface Reading {
  readonly rss: number
  readonly heapUsed: number
  /** Counts by their names. */
  readonly counts: Readonly<Record<string, number>>
}

/** Where a server keeps things. */
export interface SoakedServer {
  readonly server: ServerProcess
  readonly url: string
  readonly accountsFile: string
  readonly uploads: string
}

/** What the metrics say, by its name. Asked by a connection that is closed at once, and counts itself. */
export async function readGauges(url: string): Promise<Record<string, number>> {
  const headers = { authorization: `Bearer ${metricsToken}` }
  const [response] = await once(get(new URL('/metrics', url), { agent: false, headers }), 'response')
  let text = ''
  for await (const piece of response) text += piece
  return Object.fromEntries(
    gauges.map(name => [
      name.replaceAll('_', ' '),
      Number(new RegExp(`^${prefix}${name} (\\S+)$`, 'm').exec(text)?.[1]),
    ]),
  )
}

/** Reads all that a server holds. */
export async function read({ server, url, accountsFile, uploads }: SoakedServer): Promise<Reading> {
  const said = once(server.child, 'message')
  server.child.send('read')
  const [message] = await said
  const { rss, heapUsed, listeners, sessions, resources } = saidSchema.parse(message)
  const kinds = new Map<string, number>()
  for (const kind of resources) kinds.set(`handles: ${kind}`, (kinds.get(`handles: ${kind}`) ?? 0) + 1)
  // Where the system does not tell, none are counted.
  const descriptors = (await readdir(`/proc/${server.child.pid}/fd`).catch(() => [])).length
  const { accounts } = accountsSchema.parse(JSON.parse(await readFile(accountsFile, 'utf8')))
  const pictures = (await readdir(uploads)).filter(name => name.endsWith('.sealed')).length
  const counts = { ...Object.fromEntries(kinds), descriptors, listeners, sessions, accounts: accounts.length, pictures }
  return { rss, heapUsed, counts: { ...counts, ...(await readGauges(url)) } }
}
