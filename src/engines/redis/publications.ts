import {
  type DissolveReason,
  dissolveReasons,
  type EngineEvent,
  type EventBody,
  type KeepReason,
  keepReasons,
  type Message,
  type Publication,
  type ServerNotice,
  type UserId,
} from '#src/chat/engine.js'
import { RoomNames, readSide, type Side } from './message-lines.js'
import { PackedReader } from './packed-reader.js'
import { readCursors, readEvent, readSummary } from './views.js'

/**
 * Takes note of an event's number, and answers what its person has unread in all rooms together, given what they have in the
 * partition of the event.
 */
export type NoteTold = (userId: UserId, unread: number, number: number) => number

/** What a script has published: `pack` in scripts/shared/telling.lua. */
export function readPublication(bytes: Buffer, noteTold: NoteTold): Publication {
  const reader = new PackedReader(bytes)
  const room = RoomNames.read(reader)
  for (const line of reader.list(() => reader.bytes())) room.add(line)
  const told = reader.list(() => {
    reader.array()
    const side = readSide(reader)
    const userId = room.person(side)
    const event = readTold(reader, room, side, (unread, number) => noteTold(userId, unread, number))
    return event === null ? [] : [{ userId, event }]
  })
  return { told: told.flat(), notices: reader.list(() => readNotice(reader, room)) }
}

/** Null for what is for the sum of the unread alone. */
function readTold(
  reader: PackedReader,
  room: RoomNames,
  side: Side,
  noteTold: (unread: number, number: number) => number,
): EngineEvent | null {
  const type = reader.string()
  const version = reader.number()
  const summary = reader.maybe(() => readSummary(reader, room, side))
  const totalUnread = noteTold(reader.number(), reader.number())
  reader.array()
  if (type === '') return null
  return { ...readBody(reader, room, side, type, version), roomId: room.id, summary, totalUnread }
}

/** The facts of each type, in the order in which the scripts write them. */
function readBody(reader: PackedReader, room: RoomNames, side: Side, type: string, version: number): EventBody {
  const readMessages = (): Message[] => reader.list(() => room.messageFor(side, reader.number()))
  const readPlainMessages = (): Message[] => reader.list(() => room.message(reader.number()))
  const readPerson = () => room.person(reader.number())
  const readNoted = () => reader.maybe(() => readEvent(reader, room))
  switch (type) {
    case 'room.opened':
      return { type, version }
    case 'message.sent':
      return { type, version, message: room.messageFor(side, reader.number()) }
    case 'receipt.moved':
      return {
        ...{ type, version, userId: readPerson(), before: readCursors(reader), after: readCursors(reader) },
        messages: readMessages(),
      }
    case 'receipt.noted':
      return { type }
    case 'message.removed':
      return {
        type,
        version,
        messages: reader.list(() => {
          const seq = reader.number()
          return { id: room.idOf(seq), seq }
        }),
        vanishedOf: reader.list(readPerson),
        nextId: idOrNull(room, reader.number()),
      }
    case 'lifetime.changed':
      return {
        ...{ type, version, lifetimeMs: reader.number(), from: reader.boolean() ? 'seen' : 'sent', byId: readPerson() },
        ...{ mayLiveFromSeen: reader.boolean(), messages: readMessages(), timeline: readNoted() },
      }
    case 'erasure.changed':
      return {
        ...{ type, version, erasesWhenLeft: reader.boolean(), byId: readPerson() },
        timeline: readEvent(reader, room),
      }
    case 'messages.expiring':
      return { type, messages: readPlainMessages() }
    case 'messages.kept':
      return {
        ...{ type, version, reason: readKeepReason(reader), byId: readPerson() },
        ...{ messages: readMessages(), timeline: readNoted() },
      }
    case 'room.dissolved': {
      const reason = reader.string()
      const by = reader.number()
      return { type, reason: reason === '' ? null : dissolveReasonOf(reason), byId: by === 0 ? null : room.person(by) }
    }
    case 'typing.changed':
      return { type, userId: room.person(3 - side), isTyping: reader.boolean() }
    case 'presence.changed':
      return { type, presence: { userId: room.person(3 - side), ...readAttendance(reader) } }
    default:
      throw new RangeError(`A script tells ${type}`)
  }
}

function readNotice(reader: PackedReader, room: RoomNames): ServerNotice {
  reader.array()
  const type = reader.string()
  switch (type) {
    case 'image.sent':
      return {
        ...{ type, imageId: reader.string(), viewerIds: reader.list(() => reader.string()) },
        expiresAt: reader.number(),
      }
    case 'image.kept':
      return { type, imageId: reader.string(), expiresAt: reader.number() }
    case 'messages.removed':
      return { type, imageIds: reader.list(() => reader.string()), expiresAt: reader.number() }
    case 'room.dissolved':
      return { type, roomId: room.id }
    default:
      throw new RangeError(`A script gives the notice ${type}`)
  }
}

/** The body is the presence itself, whose list has begun already. */
function readAttendance(reader: PackedReader) {
  return { isOnline: reader.boolean(), lastSeen: reader.number() || null }
}

function idOrNull(room: RoomNames, seq: number): string | null {
  return seq === 0 ? null : room.idOf(seq)
}

/** Why a room ended, by its word. @throws RangeError for another word */
export function dissolveReasonOf(word: string): DissolveReason {
  const reason = dissolveReasons.find(each => each === word)
  if (reason === undefined) throw new RangeError(`A room ended by ${word}`)
  return reason
}

function readKeepReason(reader: PackedReader): KeepReason {
  const word = reader.string()
  const reason = keepReasons.find(each => each === word)
  if (reason === undefined) throw new RangeError(`Messages were kept by ${word}`)
  return reason
}
