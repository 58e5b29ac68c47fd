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

describe('a frame for programs', () => {
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
    const kept = { type: 'message:kept', roomId: 'r1', userId: 'ann' }
    const one = { messageId: 'm1', expiresAt: '2030-01-15T13:00:00.000Z' }
    expect([[], [one]].map(messages => mayBe(messageKept, { ...kept, messages }))).toEqual([false, true])
  })

  it('says of a lifetime a whole number of milliseconds over nought', () => {
    const frame = { type: 'room:lifetime', roomId: 'r1', userId: 'ann' }
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
