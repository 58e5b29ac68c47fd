import type { WallTimes } from '../../chat/clock.js'
import {
  type Cursors,
  type EngineEvent,
  type Message,
  messageStatusOf,
  type Presence,
  type RoomId,
  type RoomView,
  type UserId,
} from '../../chat/engine.js'
import type { KnownNames } from '../client/known-names.js'
import type { SharedRenderings } from '../client/shared-renderings.js'
import type { RoomActivity } from '../client/subscriber.js'
import type { ServerFrame } from './frames.js'
import { isoTimeOf, messageJson, unshownOf } from './messages.js'

const unreported: Cursors = { delivered: 0, seen: 0 }

/**
 * What programs get of an event: frames as JSON.
 * @param names those of senders must have been looked up
 */
export function framesOf(
  event: EngineEvent,
  names: Pick<KnownNames, 'known'>,
  shared: SharedRenderings,
  clock: WallTimes,
): string[] {
  switch (event.type) {
    case 'message.sent':
      return [newMessage(event.message, names, shared, clock)]
    case 'receipt.moved':
      return statusFrames(event, shared)
    case 'message.removed': {
      const messageIds = event.messages.map(({ id }) => id)
      return [text({ type: 'message:expired', roomId: event.roomId, messageIds }), ...vanishedFrames(event)]
    }
    case 'messages.kept': {
      const { roomId, byId: userId, reason } = event
      return [text({ type: 'message:kept', roomId, userId, messages: endsOf(event.messages, clock), reason })]
    }
    case 'lifetime.changed': {
      const { roomId, byId: userId, lifetimeMs, from, timeline } = event
      const lifetime = text({ type: 'room:lifetime', roomId, userId, lifetimeMs, from })
      // Without both only what may be chosen has changed, which a program is told when it chooses.
      if (event.messages.length === 0) return timeline === null ? [] : [lifetime]
      const messages = endsOf(event.messages, clock)
      return [lifetime, text({ type: 'message:kept', roomId, userId, messages, reason: 'sent' })]
    }
    case 'erasure.changed': {
      const { roomId, byId: userId, erasesWhenLeft } = event
      return [text({ type: 'room:erasure', roomId, userId, erasesWhenLeft })]
    }
    case 'room.dissolved': {
      const { roomId, reason } = event
      return [text({ type: 'room:dissolved', roomId, ...(reason !== null && { reason }) })]
    }
    case 'typing.changed': {
      const { roomId, userId, isTyping } = event
      return [text({ type: 'typing:indicator', roomId, userId, isTyping })]
    }
    case 'presence.changed':
      return [text(presenceFrame(event.presence, clock))]
    case 'room.opened':
    case 'receipt.noted':
    // A program knows from the message itself when it expires.
    case 'messages.expiring':
      return []
  }
}

/** What programs get when the other opens or closes a room. */
export function activityFrame({ roomId, userId, isOpen, activeUsers }: RoomActivity): ServerFrame {
  return { type: isOpen ? 'user:joined' : 'user:left', roomId, userId, activeUsers: [...activeUsers] }
}

/** The counts that have grown, each with those that its person was not shown before. */
function vanishedFrames({ roomId, summary, vanishedOf }: Extract<EngineEvent, { type: 'message.removed' }>): string[] {
  if (!summary) return []
  return vanishedOf.map(byUserId => text(vanishedFrame(roomId, byUserId, summary)))
}

/** The counts of vanished messages that the person of a view was not shown yet, of the other's and of their own. */
export function outstandingFrames(view: Pick<RoomView, 'id' | 'otherId' | 'vanished'>, userId: UserId): ServerFrame[] {
  const frames = [view.otherId, userId].map(byUserId => vanishedFrame(view.id, byUserId, view))
  return frames.filter(({ count }) => count > 0)
}

function vanishedFrame(
  roomId: RoomId,
  byUserId: UserId,
  { otherId, vanished }: Pick<RoomView, 'otherId' | 'vanished'>,
) {
  const count = unshownOf(byUserId === otherId ? vanished.theirs : vanished.mine)
  return { type: 'messages:vanished', roomId, byUserId, count } as const
}

function endsOf(messages: readonly Message[], clock: WallTimes) {
  return messages.map(({ id, expiresAt }) => ({ messageId: id, expiresAt: isoTimeOf(expiresAt, clock) }))
}

function presenceFrame({ userId, isOnline, lastSeen: moment }: Presence, clock: WallTimes): ServerFrame {
  const lastSeen = moment === null ? null : isoTimeOf(moment, clock)
  return isOnline
    ? { type: 'user:online', userId, isOnline, lastSeen }
    : { type: 'user:offline', userId, isOnline, lastSeen }
}

/** The same for both people, so each is made once, and put together: ids of rooms and messages need no escaping. */
function statusFrames(
  { roomId, messages, after }: Extract<EngineEvent, { type: 'receipt.moved' }>,
  shared: SharedRenderings,
): string[] {
  const frames: string[] = []
  for (const message of messages) {
    const { id } = message
    const status = messageStatusOf(message, after)
    if (status === 'sent') continue
    const render = () =>
      `{"type":"message:statusUpdated","roomId":"${roomId}","messageId":"${id}","status":"${status}"}`
    frames.push(shared.get('status', id, render))
  }
  return frames
}

/** The same for all programs, so it is made once. */
function newMessage(
  message: Parameters<typeof messageJson>[0],
  names: Pick<KnownNames, 'known'>,
  shared: SharedRenderings,
  clock: WallTimes,
): string {
  // The quote of a reply may be for one of the two alone.
  const kind = message.replyTo === null ? 'message' : `reply ${message.replyTo.id}`
  return shared.get(kind, message.id, () => {
    const fields = JSON.stringify(messageJson(message, names.known(message.senderId) ?? '', unreported, clock))
    return `{"type":"message:new",${fields.slice(1)}`
  })
}

function text(frame: ServerFrame): string {
  return JSON.stringify(frame)
}
