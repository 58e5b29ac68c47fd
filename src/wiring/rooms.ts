import { privacyOf } from '../accounts/account.js'
import { goOn } from '../chat/answer.js'
import type { Engine } from '../chat/engine.js'
import { Rooms } from '../chat/rooms.js'
import type { Context } from '../context.js'
import { MemoryEngine } from '../engines/memory/engine.js'
import { Images } from '../images/images.js'
import { lingerMs } from '../live/hub.js'

/** The rooms and their pictures. The engine behind them is for the wiring alone. */
export interface RoomParts extends Pick<Context, 'rooms' | 'images'> {
  readonly engine: Engine
}

/** Makes the engine, which is told the privacy settings of every person, the rooms in front of it, and the pictures. */
export async function createRooms({
  config,
  log,
  clock,
  limits,
  people,
}: Pick<Context, 'config' | 'log' | 'clock' | 'limits' | 'people'>): Promise<RoomParts> {
  const engine = new MemoryEngine({
    clock,
    messageTtlMs: config.messageTtlMs,
    messageTtlMaxMs: config.messageTtlMaxMs,
    roomGraceMs: config.roomGraceMs,
    roomMaxMessages: config.roomMaxMessages,
    maxBytes: config.maxMessageMemoryBytes,
    maxBytesPerPerson: config.maxMessageBytesPerPerson,
    keepLonger: config.keepLonger,
    onSubscriberError: error => log.error({ err: error }, 'a publication could not be handled'),
  })
  for (const account of await people.list()) await engine.setPrivacy(account.id, privacyOf(account), lingerMs)
  const rooms = new Rooms(engine, config, {
    countSend: userId => goOn(limits.messages.hit(userId), ({ retryAfterMs }) => retryAfterMs),
    countReaching: userId => goOn(limits.reaching.hit(userId), ({ retryAfterMs }) => retryAfterMs),
    claimImage: (...claim) => images.claim(...claim),
    personExists: async userId => (await people.find(userId))?.isDisabled === false,
  })
  const images = new Images({ rules: config.images, imageTtlMs: config.imageTtlMs, rooms, clock, log })
  return { engine, rooms, images }
}
