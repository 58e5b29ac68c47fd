import { describe, expect, it } from 'vitest'
import { programFrameSchema, refSchema, serverFrameSchemas } from '#src/live/json/frames.js'

const mayBe = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success

describe('a program’s mark on a frame', () => {
  it.each(['a', 'x'.repeat(64), 0, -1, 12])('may be %j', ref => {
    expect(refSchema.parse(ref)).toBe(ref)
  })

  it.each(['', 'x'.repeat(65), 1.5, null, true, {}])('may not be %j', ref => {
    expect(mayBe(refSchema, ref)).toBe(false)
  })
})

describe('a frame of a program', () => {
  it.each([
    { type: 'room:join', roomId: 'r1' },
    { type: 'room:join', roomId: 'r1', version: 'v'.repeat(128), before: 1 },
    { type: 'room:leave', roomId: 'r1' },
    { type: 'typing:start', roomId: 'r1' },
  ])('may be %j', frame => {
    expect(programFrameSchema.parse(frame)).toEqual(frame)
  })

  it.each([
    { type: 'room:join' },
    { type: 'room:join', roomId: 'r 1' },
    { type: 'room:join', roomId: 'r1', version: 'v'.repeat(129) },
    { type: 'room:join', roomId: 'r1', version: 1 },
    { type: 'room:join', roomId: 'r1', before: 0 },
    { type: 'room:leave' },
    { type: 'room:leave', roomId: '' },
    { type: 'room:joined', roomId: 'r1' },
  ])('may not be %j', frame => {
    expect(mayBe(programFrameSchema, frame)).toBe(false)
  })
})

const message = {
  ...{ id: 'm1', seq: 1, roomId: 'r1', senderId: 'ben', senderUsername: 'Ben', content: 'hello', imageUrl: null },
  ...{ imageAlt: null, status: 'sent', createdAt: '2030-01-15T13:00:00.000Z', expiresAt: '2030-01-15T13:10:00.000Z' },
  ...{ livesAfterSeenMs: null, replyTo: { id: 'm1', senderId: 'ann', excerpt: 'hello' } },
}
const joined = {
  version: 'e:1',
  unchanged: false,
  hasEarlier: true,
  messages: [message],
  activeUsers: ['ann'],
}
const sent = { messageId: 'm1', seq: 1, createdAt: message.createdAt, expiresAt: message.expiresAt, duplicate: false }
const expiresAt = message.expiresAt

/** One frame of each kind, with all its fields. */
const frames: { [Name in keyof typeof serverFrameSchemas]: Record<string, unknown> } = {
  replyDone: { type: 'reply', ref: 1, ok: true },
  replySent: { type: 'reply', ref: 1, ok: true, ...sent },
  replyJoined: { type: 'reply', ref: 1, ok: true, ...joined },
  replyRefused: { type: 'reply', ref: 1, ok: false, code: 'rate_limited', message: 'Wait' },
  error: { type: 'error', code: 'rate_limited', message: 'Wait' },
  roomJoined: { type: 'room:joined', roomId: 'r1', ...joined },
  messageNew: { type: 'message:new', ...message },
  messageStatusUpdated: { type: 'message:statusUpdated', roomId: 'r1', messageId: 'm1', status: 'seen' },
  messageExpired: { type: 'message:expired', roomId: 'r1', messageIds: ['m1'] },
  messagesVanished: { type: 'messages:vanished', roomId: 'r1', byUserId: 'ben', count: 2 },
  messageKept: {
    ...{ type: 'message:kept', roomId: 'r1', userId: 'ann', messages: [{ messageId: 'm1', expiresAt }] },
    reason: 'kept',
  },
  roomLifetime: { type: 'room:lifetime', roomId: 'r1', userId: 'ann', lifetimeMs: 1, from: 'sent' },
  roomErasure: { type: 'room:erasure', roomId: 'r1', userId: 'ann', erasesWhenLeft: true },
  roomDissolved: { type: 'room:dissolved', roomId: 'r1', reason: 'ended' },
  userOnline: { type: 'user:online', userId: 'ben', isOnline: true, lastSeen: null },
  userOffline: { type: 'user:offline', userId: 'ben', isOnline: false, lastSeen: '2030-01-15T13:00:00.000Z' },
  userJoined: { type: 'user:joined', roomId: 'r1', userId: 'ben', activeUsers: ['ann', 'ben'] },
  userLeft: { type: 'user:left', roomId: 'r1', userId: 'ben', activeUsers: ['ann'] },
  typingIndicator: { type: 'typing:indicator', roomId: 'r1', userId: 'ben', isTyping: true },
}
const examples = Object.entries(serverFrameSchemas).map(([name, schema]) => {
  const [, frame = {}] = Object.entries(frames).find(([each]) => each === name) ?? []
  return { name, schema, frame }
})

describe('a frame for programs', () => {
  it.each(examples)(
    'of the kind $name has all its fields, and each of them but why a room ended is needed',
    ({ name, schema, frame }) => {
      expect(schema.parse(frame)).toEqual(frame)
      for (const field of Object.keys(frame))
        expect([field, mayBe(schema, { ...frame, [field]: undefined })]).toEqual([
          ...[field, name === 'roomDissolved' && field === 'reason'],
        ])
      expect(mayBe(schema, { ...frame, type: 'other' })).toBe(false)
    },
  )

  it('says of a message that it has reached the other or was seen', () => {
    const schema = serverFrameSchemas.messageStatusUpdated
    const frame = { type: 'message:statusUpdated', roomId: 'r1', messageId: 'm1' }
    expect(['delivered', 'seen', 'sent'].map(status => mayBe(schema, { ...frame, status }))).toEqual([
      true,
      true,
      false,
    ])
  })

  it('says why a room has ended', () => {
    const frame = { type: 'room:dissolved', roomId: 'r1' }
    const reasons = ['ended', 'away', 'account_deleted', 'empty', 'other']
    expect(reasons.map(reason => mayBe(serverFrameSchemas.roomDissolved, { ...frame, reason }))).toEqual([
      ...[true, true, true, true, false],
    ])
  })

  const refused = { type: 'error', code: 'rate_limited', message: 'Wait' }

  it('says after how many milliseconds to try again, if it says so', () => {
    const { error } = serverFrameSchemas
    expect([undefined, 1, 0, 1.5].map(retryAfterMs => mayBe(error, { ...refused, retryAfterMs }))).toEqual([
      ...[true, true, false, false],
    ])
  })

  it('answers with the mark of the program and whether it was done', () => {
    const { replyDone, replyRefused } = serverFrameSchemas
    expect(mayBe(replyDone, { type: 'reply', ref: 1, ok: true })).toBe(true)
    expect(mayBe(replyDone, { type: 'reply', ref: 1, ok: false })).toBe(false)
    expect(mayBe(replyRefused, { ...refused, type: 'reply', ref: 1, ok: false })).toBe(true)
    expect(mayBe(replyRefused, { ...refused, type: 'reply', ref: 1, ok: true })).toBe(false)
  })

  it('names at least one message that is gone or kept', () => {
    const { messageExpired, messageKept } = serverFrameSchemas
    const expired = { type: 'message:expired', roomId: 'r1' }
    expect([[], ['m1']].map(messageIds => mayBe(messageExpired, { ...expired, messageIds }))).toEqual([false, true])
    const kept = { type: 'message:kept', roomId: 'r1', userId: 'ann', reason: 'seen' }
    const one = { messageId: 'm1', expiresAt: '2030-01-15T13:00:00.000Z' }
    expect([[], [one]].map(messages => mayBe(messageKept, { ...kept, messages }))).toEqual([false, true])
  })

  it('says of a lifetime a whole number of milliseconds over nought', () => {
    const frame = { type: 'room:lifetime', roomId: 'r1', userId: 'ann', from: 'seen' }
    const lifetimes = [0, 1, 1.5].map(lifetimeMs => mayBe(serverFrameSchemas.roomLifetime, { ...frame, lifetimeMs }))
    expect(lifetimes).toEqual([false, true, false])
  })

  it('says online of who is, and offline of who is not', () => {
    const { userOnline, userOffline } = serverFrameSchemas
    const presence = { userId: 'ben', lastSeen: null }
    expect([true, false].map(isOnline => mayBe(userOnline, { ...presence, type: 'user:online', isOnline }))).toEqual([
      ...[true, false],
    ])
    expect([true, false].map(isOnline => mayBe(userOffline, { ...presence, type: 'user:offline', isOnline }))).toEqual([
      ...[false, true],
    ])
  })
})
