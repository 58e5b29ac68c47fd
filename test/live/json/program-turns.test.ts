import { describe, expect, it } from 'vitest'
import type { Rooms } from '#src/chat/rooms.js'
import { SessionStage, settled } from '../../support/live/session-stage.js'

type Frame = { type?: string; ref?: string; content?: string; messages?: { content: string }[] }

const typesIn = (written: readonly string[]) =>
  written.map(text => {
    const frame: Frame = JSON.parse(text)
    return [frame.ref ?? frame.type, frame.content ?? frame.messages?.map(({ content }) => content)]
  })

/** The service, whose reads of a room are answered only when the test lets them. */
function slowReads(rooms: Rooms): { rooms: Rooms; answer: () => void } {
  let answer = () => {}
  const gate = new Promise<void>(resolve => {
    answer = resolve
  })
  const reads = {
    ...{ isMember: rooms.reads.isMember, listRooms: rooms.reads.listRooms },
    readRoom: async (...ask: Parameters<Rooms['reads']['readRoom']>) => {
      const view = await rooms.reads.readRoom(...ask)
      await gate
      return view
    },
  }
  const slow = Object.create(rooms, {
    reads: { value: reads },
    noteVanishedShown: { value: rooms.noteVanishedShown.bind(rooms) },
  })
  return { rooms: slow, answer }
}

describe('a program', () => {
  it('gets the answer to its join before any event that the answer does not hold', async () => {
    const stage = SessionStage.start()
    const { id } = await stage.openRoom()
    await stage.send(id, 'ben', 'before')
    const { rooms, answer } = slowReads(stage.rooms)
    const { session, transport } = await stage.openProgram('ann', rooms)
    const joining = session.handle({ type: 'room:join', roomId: id, ref: 'join' })
    await settled()
    await stage.send(id, 'ben', 'after')
    await settled()
    expect(transport.written).toEqual([])
    answer()
    await joining
    await settled()
    expect(typesIn(transport.written)).toEqual([
      ['join', ['before']],
      ['message:new', 'after'],
    ])
  })

  it('gets events that came before its join before the answer, however long their frames take', async () => {
    const stage = SessionStage.start()
    const { id } = await stage.openRoom()
    const { session, transport } = await stage.openProgram('ann')
    let name = () => {}
    stage.namesOf.mockImplementationOnce(
      () => new Promise(resolve => (name = () => resolve(new Map([['ben', 'name-of-ben']])))),
    )
    await stage.send(id, 'ben', 'first')
    const joining = session.handle({ type: 'room:join', roomId: id, ref: 'join' })
    await settled()
    expect(transport.written).toEqual([])
    name()
    await joining
    expect(typesIn(transport.written)).toEqual([
      ['message:new', 'first'],
      ['join', ['first']],
    ])
  })

  it('is cut if it takes nothing when something expires or its room ends', async () => {
    const stage = SessionStage.start()
    const { id } = await stage.openRoom()
    const { transport } = await stage.openProgram('ann')
    await stage.send(id, 'ben', 'expires')
    expect(transport.cuts).toBe(0)
    await stage.clock.advance(600_000)
    expect(transport.cuts).toBe(1)
    await stage.rooms.end(id, 'ben')
    expect(transport.cuts).toBe(2)
  })

  it('looks a name up once', async () => {
    const stage = SessionStage.start()
    const { id } = await stage.openRoom()
    const { transport } = await stage.openProgram('ann')
    for (const content of ['one', 'two', 'three']) await stage.send(id, 'ben', content)
    await settled()
    expect(typesIn(transport.written)).toHaveLength(3)
    expect(stage.namesOf.mock.calls).toEqual([[['ben']]])
  })
})
