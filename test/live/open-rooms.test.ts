import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { RoomView } from '#src/chat/engine.js'
import type { Rooms } from '#src/chat/rooms.js'
import { closeCodes } from '#src/live/client/close-codes.js'
import { SessionStage, settled } from '../support/live/session-stage.js'

const frameSchema = z.looseObject({ type: z.string() })

/** A stage with the room of ann and ben, which a program of ben's has joined. */
async function start() {
  const stage = SessionStage.start()
  const { id } = await stage.openRoom()
  const { session, transport } = await stage.openProgram('ben')
  await session.handle({ type: 'room:join', roomId: id })
  return {
    ...{ stage, id },
    /** What ben hears of who opens and closes the room. */
    heard: () =>
      transport.written.flatMap(text => {
        const { type } = frameSchema.parse(JSON.parse(text))
        return type === 'user:joined' || type === 'user:left' ? [type] : []
      }),
    /** Ann blocks ben, as when she has confirmed it on a page. */
    block: async () => {
      const privacy = { sendsReceipts: true, sendsTyping: true, blocked: ['ben'] }
      await stage.engine.setPrivacy('ann', privacy, 10_000)
      stage.hub.closeUser('ann', closeCodes.restarting)
    },
  }
}

/** The service, which waits for `before` and `after` around each reading of a room. */
function delayed(rooms: Rooms, before: () => Promise<void>, after: () => Promise<void>): Rooms {
  const readRoom = async (...ask: Parameters<Rooms['reads']['readRoom']>): Promise<RoomView> => {
    await before()
    const view = await rooms.reads.readRoom(...ask)
    await after()
    return view
  }
  const reads = {
    readRoom,
    listRooms: (...ask: Parameters<Rooms['reads']['listRooms']>) => rooms.reads.listRooms(...ask),
  }
  return Object.create(rooms, { reads: { value: reads } })
}

const atOnce = async () => {}

describe.each(['page', 'program'] as const)(
  'somebody who has joined a room, while the other opens it as a %s',
  kind => {
    it('hears that they have it open once they have read it, and that they have not once they are closed', async () => {
      const { stage, id, heard, block } = await start()
      const during: string[][] = []
      const note = async () => void during.push(heard())
      await stage.connect('ann', id, kind, delayed(stage.rooms, note, note)).opened
      await settled()
      expect([during, heard()]).toEqual([[[], []], ['user:joined']])
      await block()
      await settled()
      expect(heard()).toEqual(['user:joined', 'user:left'])
    })

    it.each(['before', 'after'])('hears nothing of it when they are blocked right %s it is read', async when => {
      const { stage, id, heard, block } = await start()
      const rooms = when === 'before' ? delayed(stage.rooms, block, atOnce) : delayed(stage.rooms, atOnce, block)
      const { opened, transport } = stage.connect('ann', id, kind, rooms)
      await opened
      await settled()
      expect(transport.closed).toContain(closeCodes.restarting)
      expect([heard(), stage.hub.activeUsers(id)]).toEqual([[], ['ben']])
    })
  },
)
