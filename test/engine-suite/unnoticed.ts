// Long because all that the two may do is tried in one comparison.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { UserId } from '#src/chat/engine.js'
import { ChatError } from '#src/chat/errors.js'
import { type MakeEngine, runsOf, World } from '../support/engine/world.js'

const lingerMs = 10
const options = { roomGraceMs: 25, roomMaxMessages: 6, maxBytesPerPerson: 3_000, keepLonger: true }

const nonce = fc.constantFrom('n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7')
const lifetimeMs = fc.constantFrom(5, 20, 60, 45_000, 90_000)
const ms = fc.constantFrom(1, 3, 9, 10, 11, 24, 25, 26, 40, 25_000)

/** A world, and the id of the last room of the two in it. */
interface Stage {
  readonly world: World
  readonly engine: World['engine']
  roomId: string
  /** Whether ann sends receipts. */
  sendsReceipts: boolean
}

type Act = (stage: Stage) => Promise<unknown>
type Step = { readonly by: 'both' | 'blocker'; readonly act: Act }

async function makeStage(makeEngine: MakeEngine): Promise<Stage> {
  const world = await World.make(makeEngine, options)
  return { world, engine: world.engine, roomId: 'none', sendsReceipts: true }
}

const openBy =
  (userId: UserId, otherId: UserId): Act =>
  async stage => {
    const view = await stage.engine.openRoom(userId, otherId)
    stage.roomId = view.id
    return view
  }

/** The id of the newest message that a person sees of a sender's, or of none. */
async function newestOf({ engine, roomId }: Stage, userId: UserId, senderId: UserId): Promise<string> {
  const { messages } = await engine.readRoom(roomId, userId, { of: 'newest', limit: 200 })
  return messages.findLast(message => message.senderId === senderId)?.id ?? 'none'
}

const sendBy =
  (senderId: UserId, { nonce, lifetimeMs }: { nonce: string; lifetimeMs: number }): Act =>
  async stage => {
    const replyTo = nonce > 'n4' ? await newestOf(stage, senderId, nonce > 'n5' ? 'rude' : 'ann') : null
    const draft = { nonce, mostLifetimeMs: lifetimeMs, text: 'words', image: null, replyTo }
    return stage.engine.sendMessage(stage.roomId, senderId, draft)
  }

const seeBy =
  (userId: UserId, senderId: UserId, inViewFrom?: number): Act =>
  async stage =>
    stage.engine.moveCursor(stage.roomId, userId, 'seen', await newestOf(stage, userId, senderId), inViewFrom)

/** What the blocked may do; both worlds do it. */
const actOfBlocked: fc.Arbitrary<Act> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ nonce, lifetimeMs }).map(draft => sendBy('rude', draft)) },
  {
    weight: 6,
    arbitrary: ms.map(
      (time): Act =>
        ({ world }) =>
          world.advance(time),
    ),
  },
  {
    weight: 8,
    arbitrary: fc.constantFrom<Act>(
      openBy('rude', 'ann'),
      ({ engine }) => engine.holdLease('rude', 'page', 1e9),
      ({ engine }) => engine.dropLease('rude', 'page', 0),
      ({ engine, roomId }) => engine.setTyping(roomId, 'rude', true),
      ({ engine, roomId }) => engine.setLifetime(roomId, 'rude', { lifetimeMs: 300_000, from: 'sent' }),
      ({ engine, roomId }) => engine.setLifetime(roomId, 'rude', { lifetimeMs: 60_000, from: 'seen' }),
      ({ engine, roomId }) => engine.keepLonger(roomId, 'rude'),
      ({ engine, roomId }) => engine.setErasure(roomId, 'rude', false),
      ({ engine, roomId }) => engine.readRoom(roomId, 'rude'),
      ({ engine, roomId }) => engine.endRoom(roomId, 'rude'),
      seeBy('rude', 'ann'),
      seeBy('rude', 'ann', 1),
      async stage => stage.engine.readQuote(stage.roomId, 'rude', await newestOf(stage, 'rude', 'rude')),
      async stage => stage.engine.moveCursor(stage.roomId, 'rude', 'delivered', await newestOf(stage, 'rude', 'ann')),
      ({ engine, roomId }) => engine.dismissWarning(roomId, 'rude'),
      ({ engine, roomId }) => engine.setErasure(roomId, 'rude', true),
      ({ engine, roomId }) => engine.noteVanishedShown(roomId, 'rude', { theirs: 99, mine: 99 }),
      ({ engine, roomId }) => engine.noteVanishedShown(roomId, 'rude', { theirs: 1, mine: 1 }),
      ({ engine }) => engine.listOthers('rude', 10),
      ({ world }) => world.keep('rude', {}, lingerMs),
      ({ world }) => world.keep('rude', { blocked: ['ann'] }, lingerMs),
      async stage => stage.engine.removeMessage(stage.roomId, 'rude', await newestOf(stage, 'rude', 'rude')),
      ({ engine }) => engine.setPrivacy('rude', { sendsReceipts: false, sendsTyping: true, blocked: [] }, lingerMs),
    ),
  },
)

/** What who has blocked them may do, which must change nothing. */
const actOfBlocker: fc.Arbitrary<Act> = fc.constantFrom<Act>(
  ({ engine }) => engine.holdLease('ann', 'another page', 30),
  ({ engine }) => engine.dropLease('ann', 'another page', 0),
  ({ engine }) => engine.holdLease('ann', 'page', 1e9),
  openBy('ann', 'rude'),
  ({ engine }) => engine.openRoom('ann', 'cat'),
  ({ engine }) => engine.setPrivacy('ann', { sendsReceipts: false, sendsTyping: false, blocked: ['rude'] }, lingerMs),
  ({ engine, roomId }) => engine.readRoom(roomId, 'ann'),
  ({ engine, roomId }) => engine.setTyping(roomId, 'ann', true),
  ({ engine, roomId }) => engine.keepLonger(roomId, 'ann'),
  ({ engine, roomId }) => engine.setErasure(roomId, 'ann', false),
  ({ engine, roomId }) => engine.endRoom(roomId, 'ann'),
)

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: actOfBlocked.map((act): Step => ({ by: 'both', act })) },
    { weight: 1, arbitrary: actOfBlocker.map((act): Step => ({ by: 'blocker', act })) },
  ),
  { maxLength: 40, size: 'max' },
)

/** What the two did before, as far as that goes. */
const past: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    fc.record({ nonce, lifetimeMs }).map(draft => sendBy('rude', draft)),
    fc.record({ nonce, lifetimeMs }).map(draft => sendBy('ann', draft)),
    fc.constantFrom<Act>(
      openBy('ann', 'rude'),
      openBy('rude', 'ann'),
      seeBy('ann', 'rude'),
      seeBy('rude', 'ann'),
      ({ engine, roomId }) => engine.setLifetime(roomId, 'ann', { lifetimeMs: 60_000, from: 'seen' }),
      ({ engine, roomId }) => engine.setErasure(roomId, 'ann', false),
      ({ engine, roomId }) => engine.endRoom(roomId, 'ann'),
      ({ engine, roomId }) => engine.endRoom(roomId, 'rude'),
      ({ engine, roomId }) => engine.keepLonger(roomId, 'ann'),
      ({ engine, roomId }) => engine.noteVanishedShown(roomId, 'ann', { theirs: 99, mine: 99 }),
      async stage => {
        stage.sendsReceipts = !stage.sendsReceipts
        await stage.world.keep('ann', { sendsReceipts: stage.sendsReceipts }, lingerMs)
      },
      ({ world }) => world.keep('rude', { sendsReceipts: false }, lingerMs),
      ({ world }) => world.advance(25_000),
      ({ world }) => world.advance(30),
      ({ engine }) => engine.holdLease('ann', 'page', 1e9),
      ({ engine }) => engine.holdLease('rude', 'page', 1e9),
    ),
  ),
  { maxLength: 14 },
)

/** The answer or the refusal. */
async function outcome(act: Act, stage: Stage): Promise<unknown> {
  try {
    return await act(stage)
  } catch (error) {
    if (error instanceof ChatError) return { code: error.code, retryAfterMs: error.retryAfterMs }
    throw error
  }
}

/** All that the blocked can know. */
async function seenByBlocked({ world, engine }: Stage): Promise<unknown> {
  const { rooms, totalUnread } = await engine.listRooms('rude', { limit: 100 })
  const presence = [...(await engine.readPresence('rude', ['ann']))]
  const told = await world.toldTo('rude')
  await world.hush()
  const endings = await engine.listEndings('rude')
  return { rooms, totalUnread, presence, told, endings, own: await engine.readOwnStats('rude') }
}

const random = new Set(['id', 'roomId', 'epoch', 'nextId'])

/** Puts a number for each random id, as they first appear. */
class Reader {
  readonly #numbers = new Map<unknown, number>()

  read(value: unknown): string {
    const text = JSON.stringify(value, (key, inner: unknown) => {
      return random.has(key) ? this.#numberOf(inner) : inner
    })
    return text ?? ''
  }

  #numberOf(id: unknown): number {
    const number = this.#numbers.get(id) ?? this.#numbers.size
    this.#numbers.set(id, number)
    return number
  }
}

/** That the blocked cannot tell a block from a leaving. */
export function describeUnnoticed(makeEngine: MakeEngine): void {
  describe('who has been blocked', () => {
    test('finds in whatever they do what they would find had the other left for good', async () => {
      await fc.assert(
        fc.asyncProperty(past, steps, async (before, after) => {
          const stages = [await makeStage(makeEngine), await makeStage(makeEngine)] as const
          const [blocked, left] = stages
          const [ofBlocked, ofLeft] = [new Reader(), new Reader()]
          const compare = async (act: Act) => {
            const answers = [await outcome(act, blocked), await outcome(act, left)]
            expect(ofBlocked.read(answers[0])).toBe(ofLeft.read(answers[1]))
            expect(ofBlocked.read(await seenByBlocked(blocked))).toBe(ofLeft.read(await seenByBlocked(left)))
          }
          try {
            for (const act of before) await compare(act)
            await blocked.world.keep('ann', { sendsReceipts: blocked.sendsReceipts, blocked: ['rude'] }, lingerMs)
            await left.engine.dropLease('ann', 'page', lingerMs)
            for (const { by, act } of after) {
              if (by === 'both') await compare(act)
              else await outcome(act, blocked)
            }
            await compare(({ world }) => world.advance(100_000))
          } finally {
            for (const { engine } of stages) await engine.stop()
          }
        }),
        { numRuns: runsOf(makeEngine, 200) },
      )
    })
  })
}
