import { z } from 'zod'
import type { HealthWarning } from '#src/ops/health.js'
import type { RedisLink } from '#src/redis/link.js'

const settingNames = ['save', 'appendonly', 'maxmemory-policy', 'repl-diskless-sync', 'repl-diskless-load']
const moreNames = ['rdb-del-sync-files']

const text = z.union([z.string(), z.instanceof(Buffer)]).transform(String)
const pairs = z.array(text).transform(words => {
  const settings = new Map<string, string>()
  for (let index = 0; index + 1 < words.length; index += 2) settings.set(words[index] ?? '', words[index + 1] ?? '')
  return settings
})

/** A server's settings; null where it does not tell. */
interface ServerSettings {
  readonly isReplica: boolean
  readonly settings: ReadonlyMap<string, string> | null
}

/** Reads how each server of a Redis is set, replicas too. @throws RedisFailure */
async function readSettings(link: Pick<RedisLink, 'callEach'>): Promise<readonly ServerSettings[]> {
  const servers = new Map<number, { isReplica: boolean; settings: Map<string, string> | null }>()
  // One name a command: before 7.0 CONFIG GET takes no more.
  for (const name of [...settingNames, ...moreNames]) {
    for (const [index, { isReplica, answer }] of (await link.callEach('CONFIG', 'GET', name)).entries()) {
      const server = servers.get(index) ?? { isReplica, settings: new Map<string, string>() }
      servers.set(index, server)
      const read = pairs.safeParse(answer)
      if (!read.success) server.settings = null
      for (const [key, value] of read.success ? read.data : []) server.settings?.set(key, value)
    }
  }
  return [...servers.values()]
}

/** Why messages in a Redis could reach a disk or be evicted. @throws RedisFailure */
export async function findRisks(link: Pick<RedisLink, 'callEach'>): Promise<readonly HealthWarning[]> {
  const servers = await readSettings(link)
  const risks = new Set<HealthWarning>()
  const hasReplicas = servers.some(({ isReplica }) => isReplica)
  for (const { isReplica, settings } of servers) {
    if (settings === null) {
      risks.add('redis_unknown')
      continue
    }
    if ((settings.get('save') ?? '') !== '') risks.add('redis_writes_snapshots')
    if (settings.get('appendonly') === 'yes') risks.add('redis_writes_log')
    if ((settings.get('maxmemory-policy') ?? 'noeviction') !== 'noeviction') risks.add('redis_evicts')
    // Else what a replica was sent stays in a file, on either side.
    if (settings.get('rdb-del-sync-files') === 'yes') continue
    if (isReplica && settings.get('repl-diskless-load') === 'disabled') risks.add('redis_replicas_write')
    if (hasReplicas && !isReplica && settings.get('repl-diskless-sync') === 'no') risks.add('redis_replicas_write')
  }
  return [...risks]
}

/** Whether what a Redis holds survives its restart. @throws RedisFailure */
export async function persists(link: Pick<RedisLink, 'callEach'>): Promise<boolean> {
  const [primary] = await readSettings(link)
  if (!primary?.settings) return true
  return (primary.settings.get('save') ?? '') !== '' || primary.settings.get('appendonly') === 'yes'
}
