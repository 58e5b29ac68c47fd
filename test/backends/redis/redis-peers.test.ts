import { describe, expect, it } from 'vitest'
import { RedisPeers } from '#src/backends/redis/redis-peers.js'
import type { PeerNotice } from '#src/live/peers.js'
import { RedisSharedStore } from '#src/shared-store/redis-store.js'
import { linkTo } from '../../support/redis-link.js'
import { startRedisServer } from '../../support/redis-server.js'

const linkOf = linkTo(() => startRedisServer())

async function startPeer() {
  const heard: [PeerNotice, string][] = []
  const errors: unknown[] = []
  const link = linkOf()
  const store = new RedisSharedStore({ link, secret: 'of all' })
  const peers = await RedisPeers.start({ link, store, secret: 'of all', onError: error => errors.push(error) })
  peers.onTold((notice, nodeId) => heard.push([notice, nodeId]))
  return { peers, heard, errors, store }
}

const ended: PeerNotice = { type: 'session.ended', userId: 'ann', sessionId: 's1' }

describe('nodes on one Redis', () => {
  it('hear what another tells, all or those that are named, and never themselves', async () => {
    const [one, two, three] = [await startPeer(), await startPeer(), await startPeer()]
    await one.peers.tell({ type: 'room.visited', roomId: 'r1', userId: 'ann', isOpen: true }, [two.peers.nodeId])
    await one.peers.tell(ended)
    await expect.poll(() => two.heard.length + three.heard.length).toBe(3)
    expect(two.heard.map(([{ type }]) => type).sort()).toEqual(['room.visited', 'session.ended'])
    expect(three.heard).toEqual([[ended, one.peers.nodeId]])
    expect(one.heard).toEqual([])
  })

  it('take no notice of what they do not know', async () => {
    const [one, two] = [await startPeer(), await startPeer()]
    await one.store.publish('nodes', JSON.stringify({ from: 'x', notice: { type: 'of a later version' } }))
    await one.store.publish('nodes', 'no JSON')
    await one.peers.tell(ended)
    await expect.poll(() => two.heard).toEqual([[ended, one.peers.nodeId]])
    expect(two.errors).toEqual([expect.any(SyntaxError)])
  })

  it('share who has a room open, under keys without ids that die by themselves', async () => {
    const [one, two] = [await startPeer(), await startPeer()]
    const here = { nodeId: one.peers.nodeId, userId: 'ann' }
    const there = { nodeId: two.peers.nodeId, userId: 'ben' }
    expect(await one.peers.holdVisit('r7', 'ann')).toEqual([here])
    // In one millisecond either may come first.
    const both = await two.peers.holdVisit('r7', 'ben')
    expect(both).toHaveLength(2)
    expect(both).toEqual(expect.arrayContaining([here, there]))
    const keys = String(await linkOf().call('KEYS', 'visits:*'))
    expect(keys).not.toMatch(/r7|ann/)
    const ttlMs = Number(await linkOf().call('PTTL', keys))
    expect(ttlMs).toBeGreaterThan(30_000)
    expect(ttlMs).toBeLessThanOrEqual(45_000)
    expect(await one.peers.dropVisit('r7', 'ann')).toEqual([there])
    expect(await two.peers.dropVisit('r7', 'ben')).toEqual([])
  })

  it('share the places of a person: of many that ask at once, as many get one as there are', async () => {
    const [one, two] = [await startPeer(), await startPeer()]
    const asked = Array.from({ length: 10 }, (_, index) =>
      (index % 2 ? one : two).peers.holdPlace('cem', `c${index}`, 4),
    )
    const had = await Promise.all(asked)
    expect(had.filter(Boolean)).toHaveLength(4)
    const held = `c${had.indexOf(true)}`
    // To be renewed needs no further place.
    expect(await one.peers.holdPlace('cem', held, 4)).toBe(true)
    await two.peers.dropPlace('cem', held)
    expect(await one.peers.holdPlace('cem', 'another', 4)).toBe(true)
    expect(await one.peers.holdPlace('cem', held, 4)).toBe(false)
  })
})
