import { describe, expect, it } from 'vitest'
import {
  askFor,
  beforeSchema,
  imageApiUrl,
  isoTimeOf,
  messageJson,
  messageSchema,
  roomMessagesJson,
  sentJson,
  sentSchema,
  versionOf,
} from '#src/live/json/messages.js'
import { FakeClock } from '../../support/fake-clock.js'
import { messageOf, noon, viewOf } from '../../support/live/events.js'

/** An hour ahead of the clock by which messages live. */
const clock = new FakeClock(noon)
clock.apartMs = 3_600_000
const unread = { delivered: 0, seen: 0 }

describe('a message as programs get it', () => {
  it('has all of it, with its times by the wall clock', () => {
    const json = messageJson(messageOf(7), 'Ben', unread, clock)
    expect(json).toEqual({
      ...{ id: 'm7', seq: 7, roomId: 'r1', senderId: 'ben', senderUsername: 'Ben', content: 'text 7' },
      ...{ imageUrl: null, imageAlt: null, replyTo: null, status: 'sent' },
      ...{ createdAt: '2030-01-15T13:00:00.000Z', expiresAt: '2030-01-15T13:10:00.000Z', livesAfterSeenMs: null },
    })
    expect(messageSchema.parse(json)).toEqual(json)
  })

  it('has the address and the description of its picture', () => {
    const image = { id: 'i1', width: 1, height: 2, alt: 'a cat' }
    const json = messageJson(messageOf(7, { image }), 'Ben', unread, clock)
    expect([json.imageUrl, json.imageAlt]).toEqual(['/api/images/i1.webp', 'a cat'])
    expect(imageApiUrl('i2')).toBe('/api/images/i2.webp')
    const undescribed = messageJson(messageOf(7, { image: { ...image, alt: '' } }), 'Ben', unread, clock)
    expect(undescribed.imageAlt).toBe('')
  })

  it('has come as far as its recipient’s cursors say', () => {
    const statusFor = (delivered: number, seen: number) =>
      messageJson(messageOf(7), 'Ben', { delivered, seen }, clock).status
    expect([statusFor(6, 6), statusFor(7, 6), statusFor(7, 7)]).toEqual(['sent', 'delivered', 'seen'])
  })
})

describe('the messages of a room as programs get them', () => {
  it('have come as far as the other of the two has read, with the names of both', () => {
    const messages = [messageOf(1), messageOf(2, { senderId: 'ann' })]
    const view = viewOf({ messages, mine: { delivered: 2, seen: 2 }, theirs: { delivered: 2, seen: 0 } })
    const names = new Map([
      ['ann', 'Ann'],
      ['ben', 'Ben'],
    ])
    const seen = roomMessagesJson(view, names, clock).map(({ id, senderUsername, status }) => [
      id,
      senderUsername,
      status,
    ])
    expect(seen).toEqual([
      ['m1', 'Ben', 'seen'],
      ['m2', 'Ann', 'delivered'],
    ])
    expect(roomMessagesJson(view, new Map(), clock)[0]?.senderUsername).toBe('')
  })
})

describe('the answer to a send', () => {
  it('says what the message is, when it goes, and whether it was there already', () => {
    const answer = sentJson({ message: messageOf(7), duplicate: false }, clock)
    expect(answer).toEqual({
      ...{ messageId: 'm7', seq: 7, duplicate: false },
      ...{ createdAt: '2030-01-15T13:00:00.000Z', expiresAt: '2030-01-15T13:10:00.000Z' },
    })
    expect(sentSchema.parse(answer)).toEqual(answer)
    expect(sentJson({ message: messageOf(7), duplicate: true }, clock).duplicate).toBe(true)
  })
})

describe('what a program asks for', () => {
  it('is the newest hundred messages, or as many as it says', () => {
    expect(askFor({})).toEqual({ of: 'newest', limit: 100 })
    expect(askFor({ limit: 7 })).toEqual({ of: 'newest', limit: 7 })
  })

  it('is those before one, if it names one', () => {
    expect(askFor({ before: 5 })).toEqual({ of: 'before', seq: 5, limit: 100 })
    expect(askFor({ before: 5, limit: 7 })).toEqual({ of: 'before', seq: 5, limit: 7 })
  })

  it('begins at the first message', () => {
    expect([0, 1, 1.5, '1'].map(before => beforeSchema.safeParse(before).success)).toEqual([false, true, false, false])
  })
})

it('the version of a room names its epoch too', () => {
  expect(versionOf({ epoch: 'e', version: 7 })).toBe('e:7')
})

it('a moment is written by the wall clock', () => {
  expect(isoTimeOf(noon + 1, clock)).toBe('2030-01-15T13:00:00.001Z')
  for (let number = 0; number < 200; number += 1) {
    const moment = noon + number * 98_765
    expect(isoTimeOf(moment, clock)).toBe(new Date(clock.wallTimeOf(moment)).toISOString())
  }
})
