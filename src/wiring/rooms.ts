import { goOn } from '../chat/answer.js'
import { Rooms } from '../chat/rooms.js'
import type { Context } from '../context.js'
import { Images } from '../images/images.js'
import type { Basis } from './basis.js'
import { tellPrivacy } from './privacy.js'
import type { PushParts } from './push.js'

/** The rooms and their pictures. */
export type RoomParts = Pick<Context, 'rooms' | 'images'>

/** Tells the engine the privacy of every person, and makes the rooms in front of it, and the pictures. */
export async function createRooms({
  config,
  log,
  clock,
  limits,
  people,
  backend,
  absences,
}: Basis & Pick<Context, 'people'> & Pick<PushParts, 'absences'>): Promise<RoomParts> {
  const { engine, counting } = backend
  await tellPrivacy(backend, people)
  const rooms = new Rooms(engine, config, {
    countSend: userId => goOn(limits.messages.hit(userId), ({ retryAfterMs }) => retryAfterMs),
    countReaching: userId => goOn(limits.reaching.hit(userId), ({ retryAfterMs }) => retryAfterMs),
    counted: counting && {
      send: userId => counting(limits.messages, userId),
      reaching: userId => counting(limits.reaching, userId),
    },
    claimImage: (...claim) => images.claim(...claim),
    personExists: async userId => (await people.find(userId))?.isDisabled === false,
    onSent: absences?.watch,
  })
  const images = new Images({
    ...{ rules: config.images, imageTtlMs: config.imageTtlMs, rooms, clock, log },
    store: backend.openPictures((...asked) => engine.isMember(...asked)),
  })
  return { rooms, images }
}
