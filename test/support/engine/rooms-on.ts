import type { Engine } from '#src/chat/engine.js'
import { ChatError } from '#src/chat/errors.js'
import { type RoomRules, Rooms, type RoomsDeps } from '#src/chat/rooms.js'
import { readConfig } from '#src/config.js'

/** The service in front of an engine, without limits and pictures unless told, by the rules of an unconfigured server. */
export function roomsOn(engine: Engine, deps: Partial<RoomsDeps> = {}, rules: RoomRules = readConfig({})): Rooms {
  return new Rooms(engine, rules, {
    countSend: () => 0,
    countReaching: () => 0,
    claimImage: () => Promise.reject(new ChatError('image_not_found')),
    personExists: async () => true,
    ...deps,
  })
}
