import { expect } from 'vitest'
import { type Cursors, type EngineEvent, type MessageId, type RoomId, statusOf, type UserId } from '#src/chat/engine.js'

interface MirrorRoom {
  version: number
  /** `seq` and sender of each message. */
  readonly messages: Map<MessageId, { readonly seq: number; readonly senderId: UserId }>
  readonly cursors: Map<UserId, Cursors>
}

/**
 * The rooms of a person, rebuilt from the events for that person alone. Fails on an event that skips or repeats a version,
 * is about something that is not there, or comes after its room's end. So if the mirror equals the engine, there was
 * exactly one event for each change. A room begins when the person opens it, or with the first message.
 */
export class Mirror {
  readonly rooms = new Map<RoomId, MirrorRoom>()

  hear(event: EngineEvent): void {
    if (event.type === 'presence.changed') return
    if (event.type === 'room.opened') {
      expect(this.rooms.has(event.roomId)).toBe(false)
      this.#begin(event, event.version)
      return
    }
    if (event.type === 'message.sent' && !this.rooms.has(event.roomId)) this.#begin(event, event.version - 1)
    const room = this.rooms.get(event.roomId)
    if (room === undefined) throw new Error(`${event.type} of a room that is not there`)
    if ('version' in event) {
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
          return senderId !== event.userId && statusOf(message, before) !== statusOf(message, after)
        })
        expect(event.messages.map(({ id }) => id)).toEqual(changed.map(([id]) => id))
        room.cursors.set(event.userId, after)
        break
      }
      case 'room.dissolved':
        this.rooms.delete(event.roomId)
    }
  }

  #begin({ roomId, people }: { roomId: RoomId; people: readonly UserId[] }, version: number): void {
    const cursors = new Map(people.map(userId => [userId, { delivered: 0, seen: 0 }]))
    this.rooms.set(roomId, { version, messages: new Map(), cursors })
  }
}
