// Long because every case of one behaviour stands here.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CursorKind, EngineEvent, Message, Presence, RoomId, RoomSummary, UserId } from '#src/chat/engine.js'
import { ChatError } from '#src/chat/errors.js'
import { generous, type MakeEngine, runsOf, World } from '../support/engine/world.js'

const people: readonly UserId[] = ['ann', 'bob', 'cat']
const minute = 60_000
const options = { ...generous, roomGraceMs: 10 * minute, keepLonger: true }

type Pair = { readonly userId: UserId; readonly otherId: UserId }

/** One thing that someone does, or time that passes. */
type Step =
  | (Pair & { readonly type: 'open' | 'read' | 'block' | 'unblock' | 'type' | 'keep' | 'unsend' | 'choose' | 'end' })
  | (Pair & { readonly type: 'send'; readonly hasImage: boolean; readonly lifetimeMs: number })
  | (Pair & { readonly type: 'move'; readonly kind: CursorKind })
  | { readonly type: 'receipts' | 'come' | 'go'; readonly userId: UserId }
  | { readonly type: 'advance'; readonly ms: number }

const person = fc.constantFrom(...people)
const pair = { userId: person, otherId: person }

/** Steps of everybody with everybody, of which sending, receipts and the passing of time are the most frequent. */
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('open', 'read'), ...pair }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('block', 'unblock'), ...pair }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('type', 'keep', 'unsend', 'choose'), ...pair }) },
    {
      weight: 8,
      arbitrary: fc.record({
        type: fc.constant('send'),
        ...pair,
        hasImage: fc.boolean(),
        lifetimeMs: fc.constantFrom(minute, 2 * minute, 20 * minute),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({ type: fc.constant('move'), ...pair, kind: fc.constantFrom('delivered', 'seen') }),
    },
    { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('receipts', 'come', 'go'), userId: person }) },
    { weight: 4, arbitrary: fc.record({ type: fc.constant('advance'), ms: fc.constantFrom(1, 30_000, minute) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('end'), ...pair }) },
  ),
  { maxLength: 50, size: 'max' },
)

/** A room as a person's page shows it, which has read it once and only heard events since. */
interface Page {
  version: number
  readonly messages: Map<string, Message>
}

/** What a person knows who only hears events. */
class Hearer {
  readonly summaries = new Map<RoomId, RoomSummary>()
  readonly pages = new Map<RoomId, Page>()
  unread = 0

  hear(event: EngineEvent): void {
    const { roomId, summary } = event
    this.unread = event.totalUnread
    if (summary) this.summaries.set(roomId, summary)
    else this.forget(roomId)
    const page = this.pages.get(roomId)
    if (!page) return
    if ('version' in event && event.type !== 'room.opened') {
      expect(event.version, `${event.type} comes without a gap`).toBe(page.version + 1)
      page.version = event.version
    }
    if (event.type === 'message.sent') page.messages.set(event.message.id, event.message)
    if (event.type === 'message.removed') {
      for (const { id } of event.messages) expect(page.messages.delete(id), 'what goes was there').toBe(true)
    }
    if (event.type === 'receipt.moved' || event.type === 'messages.expiring') {
      for (const message of event.messages) expect(page.messages.get(message.id)).toEqual(message)
    }
    if (event.type === 'messages.kept') {
      for (const message of event.messages) {
        expect(page.messages.has(message.id), 'what is kept was there').toBe(true)
        page.messages.set(message.id, message)
      }
    }
  }

  forget(roomId: RoomId): void {
    this.summaries.delete(roomId)
    this.pages.delete(roomId)
  }
}

/** The presence of somebody who is away says since when, if anything; that alone is not worth an event. */
function plain(summary: RoomSummary): object {
  const isOnline = (presence: Presence | null) => presence?.isOnline ?? false
  return { ...summary, presence: isOnline(summary.presence) }
}

/** People, what each of them knows, and what is held from whom. */
class Stage {
  readonly hearers = new Map(people.map(id => [id, new Hearer()]))
  readonly #choices = new Map(people.map(id => [id, { blocked: new Set<UserId>(), sendsReceipts: true }]))
  readonly #sent = new Map<RoomId, Message[]>()
  /** What nobody but the sender may ever be told: ids, words and pictures of held messages. */
  readonly #secrets: { readonly senderId: UserId; readonly words: readonly string[] }[] = []
  /** The rooms of the pictures that are there. */
  readonly images = new Map<string, RoomId>()
  readonly #roomOf = new Map<string, RoomId>()
  #count = 0

  constructor(readonly world: World) {}

  hearer(id: UserId): Hearer {
    const hearer = this.hearers.get(id)
    if (!hearer) throw new Error(`Nobody is called ${id}`)
    return hearer
  }

  async perform(step: Step): Promise<void> {
    const { engine } = this.world
    if ('otherId' in step && step.otherId === step.userId) return
    switch (step.type) {
      case 'advance':
        return this.world.advance(step.ms)
      case 'come':
        return engine.holdLease(step.userId, 'page', 1e9)
      case 'go':
        return engine.dropLease(step.userId, 'page', 0)
      case 'receipts': {
        const choice = this.#choice(step.userId)
        choice.sendsReceipts = !choice.sendsReceipts
        return this.#setPrivacy(step.userId)
      }
      case 'block':
      case 'unblock': {
        const { blocked } = this.#choice(step.userId)
        if (step.type === 'block') blocked.add(step.otherId)
        else blocked.delete(step.otherId)
        return this.#setPrivacy(step.userId)
      }
      case 'open':
        return void (await engine.openRoom(step.userId, step.otherId))
      default:
        return this.#performInRoom(step)
    }
  }

  /** Lets everyone hear what they were told since the last time, and compares it with what they would read. */
  async compare(): Promise<void> {
    const { engine } = this.world
    for (const [id, hearer] of this.hearers) {
      const told = await this.world.toldTo(id)
      this.#expectNoSecrets(id, told)
      for (const event of told) hearer.hear(event)
      const { rooms, totalUnread } = await engine.listRooms(id, { limit: 100 })
      this.#expectNoSecrets(id, rooms)
      // The pages of somebody who blocks another are closed, and find the room gone when they come back.
      for (const [roomId, { otherId }] of hearer.summaries) {
        if (!this.#choice(id).blocked.has(otherId)) continue
        hearer.forget(roomId)
        hearer.unread = totalUnread
      }
      expect(new Map([...hearer.summaries].map(([roomId, each]) => [roomId, plain(each)]))).toEqual(
        new Map(rooms.map(each => [each.id, plain(each)])),
      )
      expect(hearer.unread).toBe(totalUnread)
    }
    for (const notice of this.world.notices) {
      if (notice.type === 'image.sent') this.images.set(notice.imageId, this.#roomOf.get(notice.imageId) ?? '')
      if (notice.type === 'image.sent') this.#expectViewers(notice.imageId, notice.viewerIds)
      if (notice.type === 'messages.removed') {
        for (const imageId of notice.imageIds) expect(this.images.delete(imageId), 'each goes once').toBe(true)
      }
      if (notice.type !== 'room.dissolved') continue
      for (const [imageId, roomId] of this.images) if (roomId === notice.roomId) this.images.delete(imageId)
    }
    await this.world.hush()
  }

  async #performInRoom(step: Exclude<Step, { type: 'advance' }>): Promise<void> {
    const { engine } = this.world
    if (!('otherId' in step)) return
    const { userId, otherId } = step
    // The id of a room is known to both, whatever is shown to whom.
    const roomId = (await this.world.findRoom(userId, otherId)) ?? (await this.world.findRoom(otherId, userId))
    if (roomId === null) return
    switch (step.type) {
      case 'read':
        return this.#read(roomId, userId)
      case 'send':
        return this.#send(roomId, userId, otherId, step)
      case 'move': {
        const last = this.#sent.get(roomId)?.findLast(({ senderId }) => senderId === otherId)
        return engine.moveCursor(roomId, userId, step.kind, last?.id ?? 'none')
      }
      case 'unsend': {
        const last = this.#sent.get(roomId)?.findLast(({ senderId }) => senderId === userId)
        return engine.removeMessage(roomId, userId, last?.id ?? 'none')
      }
      case 'type':
        return engine.setTyping(roomId, userId, true)
      case 'keep':
        return engine.keepLonger(roomId, userId)
      case 'choose':
        return engine.setLifetime(roomId, userId, { lifetimeMs: 5 * minute, from: 'sent' })
      case 'end':
        return engine.endRoom(roomId, userId)
    }
  }

  /** A page that has read before must show just what reading anew gives. */
  async #read(roomId: RoomId, userId: UserId): Promise<void> {
    const view = await this.world.engine.readRoom(roomId, userId, { of: 'newest', limit: 200 })
    this.#expectNoSecrets(userId, view)
    const hearer = this.hearer(userId)
    const page = hearer.pages.get(roomId)
    if (page) expect([page.version, [...page.messages.values()]]).toEqual([view.version, view.messages])
    hearer.pages.set(roomId, {
      version: view.version,
      messages: new Map(view.messages.map(message => [message.id, message])),
    })
  }

  async #send(roomId: RoomId, senderId: UserId, otherId: UserId, { hasImage, lifetimeMs }: Step & { type: 'send' }) {
    this.#count += 1
    const [text, nonce, imageId] = [`text-${this.#count}-`, `nonce-${this.#count}-`, `image-${this.#count}-`]
    this.#roomOf.set(imageId, roomId)
    const image = hasImage ? { id: imageId, width: 1, height: 1, alt: '' } : null
    const isHeld = this.#choice(otherId).blocked.has(senderId)
    const message = await this.world.send(roomId, senderId, { nonce, text, image, lifetimeMs })
    this.#sent.set(roomId, [...(this.#sent.get(roomId) ?? []), message])
    if (isHeld) this.#secrets.push({ senderId, words: [message.id, text, nonce, imageId] })
  }

  async #setPrivacy(id: UserId): Promise<void> {
    const { blocked, sendsReceipts } = this.#choice(id)
    await this.world.keep(id, { blocked: [...blocked], sendsReceipts })
  }

  #choice(id: UserId) {
    const choice = this.#choices.get(id)
    if (!choice) throw new Error(`Nobody is called ${id}`)
    return choice
  }

  #expectNoSecrets(id: UserId, value: unknown): void {
    const text = JSON.stringify(value)
    for (const { senderId, words } of this.#secrets) {
      if (senderId === id) continue
      for (const word of words) expect(text.includes(word), `${id} is told ${word}`).toBe(false)
    }
  }

  #expectViewers(imageId: string, viewerIds: readonly UserId[]): void {
    const secret = this.#secrets.find(({ words }) => words.includes(imageId))
    if (secret) expect(viewerIds).toEqual([secret.senderId])
    else expect(viewerIds).toHaveLength(2)
  }
}

/** That each person is told all that they may know, and nothing else. */
export function describeHearing(makeEngine: MakeEngine): void {
  describe('what each person hears', () => {
    test('is what a fresh read shows them, and nothing of what is held from them, whatever is blocked or not sent', async () => {
      await fc.assert(
        fc.asyncProperty(steps, async sequence => {
          const world = await World.make(makeEngine, options)
          const stage = new Stage(world)
          try {
            for (const [id, otherId] of [
              ['ann', 'bob'],
              ['bob', 'ann'],
              ['cat', 'ann'],
            ] as const) {
              await stage.perform({ type: 'open', userId: id, otherId })
            }
            await stage.compare()
            for (const step of sequence) {
              await stage.perform(step).catch((error: unknown) => {
                if (!(error instanceof ChatError)) throw error
              })
              await stage.compare()
            }
            // Every picture goes, whoever knew of it.
            for (const id of people) await world.engine.forgetPerson(id)
            await stage.compare()
            expect(stage.images).toEqual(new Map())
          } finally {
            await world.engine.stop()
          }
        }),
        { numRuns: runsOf(makeEngine, 150) },
      )
    })
  })
}
