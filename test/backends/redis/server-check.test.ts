import { describe, expect, it, onTestFinished } from 'vitest'
import { findRisks, persists } from '#src/backends/redis/server-check.js'
import { connect } from '#src/redis/connection.js'
import { startRedisServer } from '../../support/redis-server.js'

async function linkTo(settings: readonly string[] = []) {
  const server = await startRedisServer(settings)
  const link = await connect(server.url, () => {})
  onTestFinished(async () => {
    link.close()
    await server.stop()
  })
  return { link, server }
}

describe('a Redis for messages', () => {
  it('has no risks if it keeps all in memory, nor does it keep accounts then', async () => {
    const { link } = await linkTo()
    expect([await findRisks(link), await persists(link)]).toEqual([[], false])
  })

  it.each([
    [['--save', '60 1'], 'redis_writes_snapshots', true],
    [['--appendonly', 'yes'], 'redis_writes_log', true],
    [['--maxmemory-policy', 'volatile-lru'], 'redis_evicts', false],
  ])('with %j has the risk %s', async (settings, risk, keeps) => {
    const { link } = await linkTo(settings)
    expect([await findRisks(link), await persists(link)]).toEqual([[risk], keeps])
  })

  it('has a risk with a replica that loads by a file, and none with one that does not', async () => {
    const { link, server } = await linkTo(['--repl-diskless-sync', 'yes', '--repl-diskless-sync-delay', '0'])
    const { port } = new URL(server.url)
    const replica = await linkTo(['--replicaof', `127.0.0.1 ${port}`, '--repl-diskless-load', 'disabled'])
    await expect.poll(() => findRisks(link), { timeout: 10_000 }).toEqual(['redis_replicas_write'])
    await replica.link.call('CONFIG', 'SET', 'repl-diskless-load', 'on-empty-db')
    expect(await findRisks(link)).toEqual([])
    await link.call('CONFIG', 'SET', 'repl-diskless-sync', 'no')
    expect(await findRisks(link)).toEqual(['redis_replicas_write'])
    await link.call('CONFIG', 'SET', 'rdb-del-sync-files', 'yes')
    expect(await findRisks(link)).toEqual([])
  })

  it('that does not tell how it is set is a risk of its own', async () => {
    const { link } = await linkTo(['--rename-command', 'CONFIG', ''])
    expect(await findRisks(link)).toEqual(['redis_unknown'])
  })
})
