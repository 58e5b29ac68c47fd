import { expect } from 'vitest'
import {
  type Cursors,
  type EngineEvent,
  type MessageId,
  messageStatusOf,
  type RoomId,
  type RoomSummary,
  type UserId,
} from '#src/chat/engine.js'

interface MirrorRoom {
  version: number
  /** `seq` and sender of each message. */
  readonly messages: Map<MessageId, { readonly seq: number; readonly senderId: UserId }>
  readonly cursors: Map<UserId, Cursors>
  summary: RoomSummary
}

const nothing: Cursors = { delivered: 0, seen: 0 }

/**
 * The rooms of a person, rebuilt from the events for that person alone. Fails on an event that skips or repeats a version,
 * is about something that is not there, or comes after its room's end. So if the mirror equals the engine, there was
 * exactly one event for each change. A room begins when the person opens it, or with the first message.
 */
export class Mirror {
  readonly rooms = new Map<RoomId, MirrorRoom>()
  /** Unread messages in all rooms, as the last event had it. */
  unread = 0
  readonly #userId: UserId

  constructor(userId: UserId) {
    this.#userId = userId
  }

  hear(event: EngineEvent): void {
    this.unread = event.totalUnread
    if (event.type === 'room.opened') {
      expect(this.rooms.has(event.roomId)).toBe(false)
      this.#begin(event, event.version)
    }
    if (event.type === 'message.sent' && !this.rooms.has(event.roomId)) this.#begin(event, event.version - 1)
    const room = this.rooms.get(event.roomId)
    if (room === undefined) throw new Error(`${event.type} of a room that is not there`)
    if (event.summary) room.summary = event.summary
    else expect(event.type).toBe('room.dissolved')
    if ('version' in event && event.type !== 'room.opened') {
      expect(event.version).toBe(room.version + 1)
      room.version = event.version
    }
    switch (event.type) {
      case 'message.sent':
        expect([...room.messages.values()].every(({ seq }) => seq < event.message.seq)).toBe(true)
        room.messages.set(event.message.id, event.message)
        break
      case 'messages.expiring':
      case 'messages.kept':
        expect(event.messages.length).toBeGreaterThan(0)
        for (const { id, seq } of event.messages) expect(room.messages.get(id)?.seq).toBe(seq)
        break
      case 'message.removed':
        expect(event.messages.length).toBeGreaterThan(0)
        for (const { id, seq } of event.messages) {
          expect(room.messages.get(id)?.seq).toBe(seq)
          room.messages.delete(id)
        }
        break
      case 'receipt.moved': {
        const { before, after } = event
        expect(room.cursors.get(event.userId)).toEqual(before)
        expect(after.seen).toBeLessThanOrEqual(after.delivered)
        expect(after.seen + after.delivered).toBeGreaterThan(before.seen + before.delivered)
        expect(after.seen >= before.seen && after.delivered >= before.delivered).toBe(true)
        const changed = [...room.messages].filter(([, { seq, senderId }]) => {
          const message = { seq }
          return senderId !== event.userId && messageStatusOf(message, before) !== messageStatusOf(message, after)
        })
        expect(event.messages.map(({ id }) => id)).toEqual(changed.map(([id]) => id))
        room.cursors.set(event.userId, after)
        break
      }
      case 'room.dissolved':
        this.rooms.delete(event.roomId)
    }
  }

  /** Forgets a room, as a person does who has blocked the other. */
  forget(otherId: UserId): void {
    for (const [id, { summary }] of this.rooms) if (summary.otherId === otherId) this.rooms.delete(id)
  }

  #begin({ roomId, summary }: EngineEvent, version: number): void {
    if (summary === null) throw new Error('A room begins that is not in the list')
    const cursors = new Map([this.#userId, summary.otherId].map(userId => [userId, nothing]))
    this.rooms.set(roomId, { version, messages: new Map(), cursors, summary })
  }
}
