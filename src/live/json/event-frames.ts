import type { WallTimes } from '../../chat/clock.js'
import { type Cursors, type EngineEvent, statusOf } from '../../chat/engine.js'
import type { NamesOf } from '../html/page-renderer.js'
import type { SharedRenderings, Visit } from '../subscriber.js'
import type { ServerFrame } from './frames.js'
import { isoTimeOf, messageJson } from './messages.js'

type Presence = Extract<EngineEvent, { type: 'presence.changed' }>['presence']

const unreported: Cursors = { delivered: 0, seen: 0 }

/** What an event is to programs: frames as JSON, the same for everyone it concerns. */
export async function framesOf(
  event: EngineEvent,
  namesOf: NamesOf,
  shared: SharedRenderings,
  clock: WallTimes,
): Promise<string[]> {
  switch (event.type) {
    case 'message.sent':
      return [await newMessage(event.message, namesOf, shared, clock)]
    case 'receipt.moved':
      return event.messages.flatMap(message => {
        const status = statusOf(message, event.after)
        if (status === 'sent') return []
        return text({ type: 'message:statusUpdated', roomId: event.roomId, messageId: message.id, status })
      })
    case 'message.removed': {
      const messageIds = event.messages.map(({ id }) => id)
      return [text({ type: 'message:expired', roomId: event.roomId, messageIds })]
    }
    case 'messages.kept': {
      const { roomId, byId: userId } = event
      const messages = event.messages.map(({ id, expiresAt }) => ({
        messageId: id,
        expiresAt: isoTimeOf(expiresAt, clock),
      }))
      return [text({ type: 'message:kept', roomId, userId, messages })]
    }
    case 'lifetime.changed': {
      const { roomId, byId: userId, lifetimeMs } = event
      return [text({ type: 'room:lifetime', roomId, userId, lifetimeMs })]
    }
    case 'room.dissolved':
      return [text({ type: 'room:dissolved', roomId: event.roomId, reason: event.reason })]
    case 'typing.changed': {
      const { roomId, userId, isTyping } = event
      return [text({ type: 'typing:indicator', roomId, userId, isTyping })]
    }
    case 'presence.changed':
      return [text(presenceFrame(event.presence, clock))]
    case 'room.opened':
    case 'receipt.noted':
    // Programs know from the message itself when it goes.
    case 'messages.expiring':
      return []
  }
}

/** What a visit is to programs. */
export function visitFrame({ roomId, userId, isHere, activeUsers }: Visit): ServerFrame {
  return { type: isHere ? 'user:joined' : 'user:left', roomId, userId, activeUsers: [...activeUsers] }
}

function presenceFrame({ userId, isOnline, lastSeen: moment }: Presence, clock: WallTimes): ServerFrame {
  const lastSeen = moment === null ? null : isoTimeOf(moment, clock)
  return isOnline
    ? { type: 'user:online', userId, isOnline, lastSeen }
    : { type: 'user:offline', userId, isOnline, lastSeen }
}

/** Written once for all programs of both people. */
async function newMessage(
  message: Parameters<typeof messageJson>[0],
  namesOf: NamesOf,
  shared: SharedRenderings,
  clock: WallTimes,
): Promise<string> {
  const key = `json ${message.id}`
  const known = shared.get(key)
  if (known !== undefined) return known
  const name = (await namesOf([message.senderId])).get(message.senderId) ?? ''
  const frame = text({ type: 'message:new', ...messageJson(message, name, unreported, clock) })
  shared.set(key, frame)
  return frame
}

function text(frame: ServerFrame): string {
  return JSON.stringify(frame)
}
