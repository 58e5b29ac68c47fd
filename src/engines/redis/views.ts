import type {
  Cursors,
  Presence,
  Quote,
  Reach,
  RoomSummary,
  RoomView,
  SeqRange,
  TimelineEvent,
  UserId,
  Vanished,
  VanishedCount,
} from '#src/chat/engine.js'
import { RoomNames, readSide, type Side } from './message-lines.js'
import type { PackedReader } from './packed-reader.js'

/** Someone's presence, as scripts write it. */
export function readPresence(reader: PackedReader, userId: UserId): Presence {
  reader.array()
  return { userId, isOnline: reader.boolean(), lastSeen: reader.number() || null }
}

/** A room as it stands in someone's list: `summarise` in scripts/shared/telling.lua. Its messages are taken in already. */
export function readSummary(reader: PackedReader, room: RoomNames, side: Side): RoomSummary {
  const otherId = room.person(3 - side)
  reader.array()
  const presence = reader.maybe(() => readPresence(reader, otherId))
  const unread = reader.number()
  const vanished = readVanished(reader)
  const lastSeq = reader.number()
  return {
    id: room.id,
    otherId,
    presence,
    unread,
    vanished,
    lastMessage: lastSeq === 0 ? null : room.messageFor(side, lastSeq),
    mine: readCursors(reader),
    theirs: readCursors(reader),
    activeAt: reader.number(),
    lifetimeMs: reader.number() || null,
  }
}

/** A summary with all that it needs: `summary` in scripts/shared/views.lua. */
export function readListed(reader: PackedReader): RoomSummary {
  reader.array()
  const room = RoomNames.read(reader)
  const side = readSide(reader)
  room.addAll(reader.list(() => reader.bytes()))
  return readSummary(reader, room, side)
}

/**
 * A room with a window of its messages: `room` in scripts/shared/views.lua.
 * @param generation of what Redis holds: versions of another one are others
 */
export function readView(reader: PackedReader, generation: string): RoomView {
  const room = RoomNames.read(reader)
  const side = readSide(reader)
  const otherId = room.person(3 - side)
  const epoch = reader.string() + generation
  const version = reader.number()
  const presence = reader.maybe(() => readPresence(reader, otherId))
  const mine = readCursors(reader)
  const theirs = readCursors(reader)
  const seqs = reader.list(() => room.add(reader.bytes()))
  for (const quoted of reader.list(() => reader.bytes())) room.add(quoted)
  return {
    id: room.id,
    epoch,
    version,
    otherId,
    presence,
    mine,
    theirs,
    messages: seqs.map(seq => room.messageFor(side, seq)),
    previous: reader.maybe(() => room.message(room.add(reader.bytes()))),
    later: reader.number(),
    survivors: reader.maybe(() => reader.list(readRange)),
    newestSeq: reader.number(),
    timeline: reader.list(() => readEvent(reader, room)),
    unread: reader.number(),
    vanished: readVanished(reader),
    lifetime: reader.maybe(() => readLifetime(reader, room)),
    erasesWhenLeft: reader.boolean(),
    mayLiveFromSeen: reader.boolean(),
    expiring: room.addAll(reader.list(() => reader.bytes())),
  }
}

/** What a reply would show of the message that was found. */
export function readQuote(reader: PackedReader): Quote | null {
  const room = RoomNames.read(reader)
  // A script gives only a message that the person may know of.
  return reader.maybe(() => {
    const seq = room.add(reader.bytes())
    return room.quoteFor(room.message(seq).senderId === room.people[0] ? 1 : 2, seq)
  })
}

/** How far a message has come: scripts/reach.lua. */
export function readReach(reader: PackedReader): Reach | null {
  return reader.maybe(() => {
    reader.array()
    return {
      recipientId: reader.string(),
      hasEntered: reader.boolean(),
      isDelivered: reader.boolean(),
      isSeen: reader.boolean(),
      expiresAt: reader.number(),
    }
  })
}

/** The cursors of one of the two people. */
export function readCursors(reader: PackedReader): Cursors {
  reader.array()
  return { delivered: reader.number(), seen: reader.number() }
}

/** An event of the timeline: `note` in scripts/shared/timeline.lua. */
export function readEvent(reader: PackedReader, room: RoomNames): TimelineEvent {
  reader.array()
  const id = reader.string()
  const what = reader.string()
  const lifetimeMs = reader.number()
  const from = reader.boolean() ? 'seen' : 'sent'
  const erasesWhenLeft = reader.boolean()
  const common = {
    id,
    afterSeq: reader.number(),
    byId: room.person(reader.number()),
    at: reader.number(),
    expiresAt: reader.number(),
  }
  // Who may know of it: the script has seen to that.
  reader.list(() => reader.boolean())
  switch (what) {
    case 'lifetime':
      return { ...common, what, lifetimeMs, from }
    case 'erasure':
      return { ...common, what, erasesWhenLeft }
    case 'kept':
    case 'reopened':
      return { ...common, what }
    default:
      throw new RangeError(`A timeline has ${what}`)
  }
}

function readVanished(reader: PackedReader): Vanished {
  reader.array()
  return { theirs: readCount(reader), mine: readCount(reader) }
}

function readCount(reader: PackedReader): VanishedCount {
  reader.array()
  return { total: reader.number(), shown: reader.number(), afterSeq: reader.number() }
}

function readRange(reader: PackedReader): SeqRange {
  reader.array()
  return { from: reader.number(), to: reader.number() }
}

function readLifetime(reader: PackedReader, room: RoomNames): RoomView['lifetime'] {
  reader.array()
  return {
    lifetimeMs: reader.number(),
    from: reader.boolean() ? 'seen' : 'sent',
    byId: room.person(reader.number()),
  }
}
