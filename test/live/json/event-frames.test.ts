import { describe, expect, it, vi } from 'vitest'
import type { EngineEvent, EventBody } from '#src/chat/engine.js'
import { SharedRenderings } from '#src/live/client/shared-renderings.js'
import { activityFrame, framesOf } from '#src/live/json/event-frames.js'
import { FakeClock } from '../../support/fake-clock.js'
import { eventOf, lifetimeOf, messageOf, noon, sentOf, timelineOf, typingOf } from '../../support/live/events.js'

/** An hour ahead of the clock by which messages live. */
const clock = new FakeClock(noon)
clock.apartMs = 3_600_000

function framesFor(event: EngineEvent, shared = new SharedRenderings(), known = (_userId: string) => '') {
  return framesOf(event, { known }, shared, clock).map((frame): unknown => JSON.parse(frame))
}

describe('what a program gets of an event', () => {
  it('is a new message, with the name of its sender, and sent by the wall clock', () => {
    const known = vi.fn(() => 'Ben')
    expect(framesFor(sentOf(messageOf(7)), new SharedRenderings(), known)).toEqual([
      {
        ...{ type: 'message:new', id: 'm7', seq: 7, roomId: 'r1', senderId: 'ben', senderUsername: 'Ben' },
        ...{ content: 'text 7', imageUrl: null, imageAlt: null, replyTo: null, status: 'sent' },
        ...{ createdAt: '2030-01-15T13:00:00.000Z', expiresAt: '2030-01-15T13:10:00.000Z', livesAfterSeenMs: null },
      },
    ])
    expect(known.mock.calls).toEqual([['ben']])
  })

  it('has no name of somebody who is not known', () => {
    expect(framesFor(sentOf(messageOf(7)))).toMatchObject([{ senderUsername: '' }])
  })

  it('is made once for all programs', () => {
    const shared = new SharedRenderings()
    const known = vi.fn(() => 'Ben')
    const first = framesFor(sentOf(messageOf(7)), shared, known)
    expect(framesFor(sentOf(messageOf(7)), shared, known)).toEqual(first)
    expect(known).toHaveBeenCalledTimes(1)
    expect(framesFor(sentOf(messageOf(8)), shared, known)).toMatchObject([{ id: 'm8' }])
  })

  it('is the status of each message that came further by a receipt', () => {
    const event = eventOf({
      ...{ type: 'receipt.moved', version: 9, userId: 'ann', before: { delivered: 0, seen: 0 } },
      ...{ after: { delivered: 2, seen: 1 }, messages: [messageOf(1), messageOf(2), messageOf(3)] },
    })
    expect(framesFor(event)).toEqual([
      { type: 'message:statusUpdated', roomId: 'r1', messageId: 'm1', status: 'seen' },
      { type: 'message:statusUpdated', roomId: 'r1', messageId: 'm2', status: 'delivered' },
    ])
  })

  it.each<[EventBody, object]>([
    [
      { type: 'message.removed', version: 3, messages: [messageOf(1), messageOf(2)], vanishedOf: [], nextId: null },
      { type: 'message:expired', roomId: 'r1', messageIds: ['m1', 'm2'] },
    ],
    [
      { type: 'messages.kept', version: 3, reason: 'seen', byId: 'ann', messages: [messageOf(1)], timeline: null },
      {
        ...{ type: 'message:kept', roomId: 'r1', userId: 'ann' },
        messages: [{ messageId: 'm1', expiresAt: '2030-01-15T13:10:00.000Z' }],
        reason: 'seen',
      },
    ],
    [
      lifetimeOf('ben', 300_000),
      { type: 'room:lifetime', roomId: 'r1', userId: 'ben', lifetimeMs: 300_000, from: 'sent' },
    ],
    [
      {
        type: 'erasure.changed',
        version: 3,
        byId: 'ben',
        erasesWhenLeft: false,
        timeline: timelineOf({ what: 'kept' }),
      },
      { type: 'room:erasure', roomId: 'r1', userId: 'ben', erasesWhenLeft: false },
    ],
    [
      { type: 'room.dissolved', reason: null, byId: null },
      { type: 'room:dissolved', roomId: 'r1' },
    ],
    [
      { type: 'room.dissolved', reason: 'away', byId: null },
      { type: 'room:dissolved', roomId: 'r1', reason: 'away' },
    ],
    [typingOf('ben'), { type: 'typing:indicator', roomId: 'r1', userId: 'ben', isTyping: true }],
    [typingOf('ben', false), { type: 'typing:indicator', roomId: 'r1', userId: 'ben', isTyping: false }],
    [
      { type: 'presence.changed', presence: { userId: 'ben', isOnline: true, lastSeen: null } },
      { type: 'user:online', userId: 'ben', isOnline: true, lastSeen: null },
    ],
    [
      { type: 'presence.changed', presence: { userId: 'ben', isOnline: false, lastSeen: noon } },
      { type: 'user:offline', userId: 'ben', isOnline: false, lastSeen: '2030-01-15T13:00:00.000Z' },
    ],
    [
      { type: 'presence.changed', presence: { userId: 'ben', isOnline: false, lastSeen: null } },
      { type: 'user:offline', userId: 'ben', isOnline: false, lastSeen: null },
    ],
  ])('is of %o the frame %o', async (body, frame) => {
    expect(framesFor(eventOf(body))).toEqual([frame])
  })

  it('is the new life, and the new ends of the messages that wait no more to be seen', () => {
    const stopped = { ...lifetimeOf('ben', 300_000), messages: [messageOf(1)] }
    expect(framesFor(eventOf(stopped))).toEqual([
      { type: 'room:lifetime', roomId: 'r1', userId: 'ben', lifetimeMs: 300_000, from: 'sent' },
      {
        ...{ type: 'message:kept', roomId: 'r1', userId: 'ben', reason: 'sent' },
        messages: [{ messageId: 'm1', expiresAt: '2030-01-15T13:10:00.000Z' }],
      },
    ])
  })

  it.each<EventBody>([
    { type: 'room.opened', version: 1 },
    { type: 'receipt.noted' },
    { ...lifetimeOf('ben', 300_000), messages: [], timeline: null },
    { type: 'messages.expiring', messages: [messageOf(1)] },
  ])('is nothing of %o', async body => {
    expect(framesFor(eventOf(body))).toEqual([])
  })
})

describe('what a program gets when the other opens or closes a room', () => {
  it('says who has it open then', () => {
    const activity = { roomId: 'r1', userId: 'ben', activeUsers: ['ann', 'ben'] }
    expect(activityFrame({ ...activity, isOpen: true })).toEqual({ type: 'user:joined', ...activity })
    expect(activityFrame({ ...activity, isOpen: false })).toEqual({ type: 'user:left', ...activity })
  })
})
