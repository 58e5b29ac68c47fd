import { describe, expect, it } from 'vitest'
import type { PeerNotice, Peers, Visit } from '#src/live/peers.js'
import { RoomBoard } from '#src/live/room-board.js'
import { SharedVisits } from '#src/live/shared-visits.js'
import { FakeClock } from '../support/fake-clock.js'
import { NotedSubscriber } from '../support/live/events.js'

/** A board of the node `here`; `elsewhere` is who has the room open on other nodes. */
function start(elsewhere: Visit[] = []) {
  const clock = new FakeClock()
  const held: string[] = []
  const told: [PeerNotice, readonly string[] | undefined][] = []
  const errors: unknown[] = []
  const state = { isAway: false }
  const ask = async (what: string, roomId: string, userId: string) => {
    held.push(`${what} ${roomId} ${userId}`)
    if (state.isAway) throw new Error('away')
    return elsewhere
  }
  const peers: Peers = {
    nodeId: 'here',
    holdPlace: async () => true,
    dropPlace: async () => {},
    holdVisit: async (roomId, userId) => [{ nodeId: 'here', userId }, ...(await ask('hold', roomId, userId))],
    dropVisit: (roomId, userId) => ask('drop', roomId, userId),
    tell: async (notice, nodeIds) => void told.push([notice, nodeIds]),
    onTold: () => {},
  }
  const board = new RoomBoard()
  const visits = new SharedVisits(peers, board, clock, 15_000, error => errors.push(error))
  board.follow(visits)
  return { clock, held, told, errors, state, board, visits, ann: new NotedSubscriber('ann', 'a1') }
}

const there = { nodeId: 'there', userId: 'ben' }
const visited = (isOpen: boolean): PeerNotice => ({ type: 'room.visited', roomId: 'r1', userId: 'ann', isOpen })

describe('a room that is opened', () => {
  it('is told to the nodes on which somebody has it open, once, and so is that it is closed', async () => {
    const { board, ann, told, held } = start([there, { nodeId: 'there', userId: 'ann' }])
    await board.enter('r1', ann)
    expect(board.activeUsers('r1').sort()).toEqual(['ann', 'ben'])
    const again = new NotedSubscriber('ann', 'a2')
    await board.enter('r1', again)
    expect(told).toEqual([[visited(true), ['there']]])
    board.leave('r1', ann)
    board.leave('r1', again)
    await expect
      .poll(() => told)
      .toEqual([
        [visited(true), ['there']],
        [visited(false), ['there']],
      ])
    expect(held).toEqual(['hold r1 ann', 'drop r1 ann'])
  })

  it('is told to nobody where nobody else has it open', async () => {
    const { board, ann, told } = start()
    await board.enter('r1', ann)
    board.leaveAll(ann)
    await Promise.resolve()
    expect(told).toEqual([])
  })

  it('is renewed with the heartbeat as long as it is open, which shows who has crashed', async () => {
    const elsewhere = [there]
    const { board, ann, held, clock } = start(elsewhere)
    await board.enter('r1', ann)
    expect(ann.activities).toMatchObject([{ userId: 'ben', isOpen: true }])
    elsewhere.pop()
    await clock.advance(15_000)
    expect(held).toEqual(['hold r1 ann', 'hold r1 ann'])
    expect(ann.activities.at(-1)).toEqual({ roomId: 'r1', userId: 'ben', isOpen: false, activeUsers: ['ann'] })
    board.leave('r1', ann)
    await clock.advance(30_000)
    expect(held.slice(2)).toEqual(['drop r1 ann'])
  })

  it('is open here also when that cannot be shared', async () => {
    const { board, ann, state, errors } = start([there])
    state.isAway = true
    await board.enter('r1', ann)
    expect([board.activeUsers('r1'), errors]).toEqual([['ann'], [new Error('away')]])
  })
})
