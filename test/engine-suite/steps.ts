// Long because all steps and what they are compared with stand here.
import fc from 'fast-check'
import { expect } from 'vitest'
import {
  type CursorKind,
  type Draft,
  type Lifetime,
  lifeStarts,
  type MessageId,
  type UserId,
} from '#src/chat/engine.js'
import { codeOf, type World } from '../support/engine/world.js'
import type { Model } from './model.js'

export const people: readonly UserId[] = ['ann', 'bob', 'cat']

/** One thing that someone does, or time that passes. */
export type Step =
  | { readonly type: 'open' | 'read' | 'end'; readonly userId: UserId; readonly otherId: UserId }
  | { readonly type: 'send'; readonly userId: UserId; readonly otherId: UserId; readonly draft: Draft }
  | {
      readonly type: 'move'
      readonly userId: UserId
      readonly otherId: UserId
      readonly kind: CursorKind
      /** Which of all messages ever sent, counted back from the newest. */
      readonly back: number
      readonly inViewFrom?: number | undefined
    }
  | { readonly type: 'choose'; readonly userId: UserId; readonly otherId: UserId; readonly lifetime: Lifetime }
  | { readonly type: 'erase'; readonly userId: UserId; readonly otherId: UserId; readonly erasesWhenLeft: boolean }
  | { readonly type: 'hold' | 'drop'; readonly userId: UserId; readonly leaseId: string; readonly ms: number }
  | { readonly type: 'forget'; readonly userId: UserId }
  | { readonly type: 'advance'; readonly ms: number }

const person = fc.constantFrom(...people)
const pair = { userId: person, otherId: person }
const draft: fc.Arbitrary<Draft> = fc.record({
  nonce: fc.constantFrom('n1', 'n2', 'n3', 'n4', 'n5', 'n6'),
  text: fc.string({ maxLength: 8, unit: 'binary' }),
  image: fc.constant(null),
  mostLifetimeMs: fc.integer({ min: 1, max: 40 }),
})

const lifetime: fc.Arbitrary<Lifetime> = fc.record({
  lifetimeMs: fc.integer({ min: 1, max: 3 }),
  from: fc.constantFrom(...lifeStarts),
})

/** Steps in which sending, receipts and the passing of time are the most frequent. */
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('open', 'read'), ...pair }) },
    { weight: 6, arbitrary: fc.record({ type: fc.constant('send'), ...pair, draft }) },
    {
      weight: 6,
      arbitrary: fc.record({
        type: fc.constant('move'),
        ...pair,
        kind: fc.constantFrom('delivered', 'seen'),
        back: fc.nat({ max: 6 }),
        inViewFrom: fc.option(fc.nat({ max: 6 }), { nil: undefined }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constantFrom('hold', 'drop'),
        userId: person,
        leaseId: fc.constantFrom('tab-1', 'tab-2'),
        ms: fc.integer({ min: 1, max: 40 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('drop'),
        userId: person,
        leaseId: fc.constantFrom('tab-1', 'tab-2'),
        ms: fc.constant(0),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant('choose'), ...pair, lifetime }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('erase'), ...pair, erasesWhenLeft: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('end'), ...pair }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('forget'), userId: person }) },
    { weight: 5, arbitrary: fc.record({ type: fc.constant('advance'), ms: fc.integer({ min: 0, max: 30 }) }) },
  ),
  { maxLength: 60, size: 'max' },
)

/** Does one step to the engine and to its model and compares the answers. `sent` are the ids of all messages so far. */
export async function perform(step: Step, world: World, model: Model, sent: MessageId[]): Promise<void> {
  const { engine } = world
  switch (step.type) {
    case 'hold':
      model.hold(step.userId, step.leaseId, step.ms)
      return engine.holdLease(step.userId, step.leaseId, step.ms)
    case 'drop':
      model.drop(step.userId, step.leaseId, step.ms)
      return engine.dropLease(step.userId, step.leaseId, step.ms)
    case 'forget':
      model.forget(step.userId)
      return engine.forgetPerson(step.userId)
    case 'advance':
      model.advance(step.ms)
      return world.advance(step.ms)
    default:
      return performInRoom(step, world, model, sent)
  }
}

type RoomStep = Extract<Step, { otherId: UserId }>

async function performInRoom(step: RoomStep, world: World, model: Model, sent: MessageId[]): Promise<void> {
  const { engine } = world
  const { userId, otherId } = step
  const room = model.find(userId, otherId)
  if (step.type === 'open' && userId !== otherId) {
    const view = await engine.openRoom(userId, otherId)
    if (room === undefined) model.open(view.id, userId, otherId)
    else model.enter(room, userId)
    expect(view.id).toBe(room?.id ?? view.id)
  }
  if (room === undefined) return
  if (step.type === 'read') {
    const view = await engine.readRoom(room.id, userId)
    model.enter(room, userId)
    const { cursors } = model.seat(room, userId)
    expect(view).toMatchObject({ otherId, version: room.version, mine: cursors, messages: room.messages })
  }
  if (step.type === 'end') {
    model.end(room)
    await engine.endRoom(room.id, userId)
  }
  if (step.type === 'choose') {
    model.choose(room, userId, step.lifetime)
    await engine.setLifetime(room.id, userId, step.lifetime)
  }
  if (step.type === 'erase') {
    model.erase(room, userId, step.erasesWhenLeft)
    await engine.setErasure(room.id, userId, step.erasesWhenLeft)
  }
  if (step.type === 'move') {
    const messageId = sent.at(-1 - step.back) ?? 'never was'
    model.move(room, userId, step.kind, messageId, step.inViewFrom)
    await engine.moveCursor(room.id, userId, step.kind, messageId, step.inViewFrom)
  }
  if (step.type === 'send') {
    const foreseen = model.foresee(room, userId, step.draft)
    model.enter(room, userId)
    if (typeof foreseen === 'string') {
      expect(await codeOf(() => engine.sendMessage(room.id, userId, step.draft))).toBe(foreseen)
      return
    }
    const { message, duplicate } = await engine.sendMessage(room.id, userId, step.draft)
    expect(duplicate).toBe(foreseen !== null)
    if (foreseen !== null) expect(message).toEqual(foreseen)
    else {
      const times = { sentAt: model.now, expiresAt: model.now + model.untilGoneOf(room, step.draft) }
      expect(message).toMatchObject({ seq: room.seq + 1, senderId: userId, text: step.draft.text, ...times })
      model.add(room, message)
      sent.push(message.id)
    }
  }
}

/** Compares all that can be read without being active with what the model knows. */
export async function compare(world: World, model: Model): Promise<void> {
  const { engine } = world
  for (const userId of people) {
    const listed = model.listed(userId)
    const { rooms: summaries, totalUnread } = await engine.listRooms(userId, { limit: 100 })
    expect(summaries.map(({ id }) => id)).toEqual(listed.map(({ id }) => id))
    expect(totalUnread).toBe(listed.reduce((sum, room) => sum + model.unread(room, userId), 0))
    for (const otherId of people) {
      const room = listed.find(({ seats }) => otherId !== userId && seats.has(otherId))
      expect(await world.findRoom(userId, otherId)).toBe(room?.id ?? null)
      const presence = (await engine.readPresence(userId, [otherId])).get(otherId)
      if (room === undefined) {
        expect(presence).toBeUndefined()
        continue
      }
      const attendance = { userId: otherId, isOnline: model.isOnline(otherId), lastSeen: model.lastSeen(otherId) }
      expect(presence).toEqual(model.seat(room, otherId).hasEntered ? attendance : undefined)
      expect(summaries).toContainEqual({
        id: room.id,
        otherId,
        presence: presence ?? null,
        unread: model.unread(room, userId),
        vanished: model.seat(room, userId).vanished,
        lastMessage: room.messages.at(-1) ?? null,
        mine: model.seat(room, userId).cursors,
        theirs: model.seat(room, otherId).cursors,
        activeAt: model.seat(room, userId).raisedAt,
        lifetimeMs: room.lifetime?.lifetimeMs ?? null,
      })
    }
  }
  expect(await engine.readStats()).toEqual({
    rooms: model.rooms.length,
    messages: model.rooms.reduce((sum, room) => sum + room.messages.length, 0),
    onlineUsers: people.filter(userId => model.isOnline(userId)).length,
    bytesHeld: model.bytesHeld,
    expiredMessages: model.expiredMessages,
  })
}
