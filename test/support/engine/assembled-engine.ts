import type {
  Draft,
  EngineOptions,
  EventBody,
  ImageRef,
  Privacy,
  Publication,
  TimelineEvent,
} from '#src/chat/engine.js'
import { longestLifeMs } from '#src/chat/lifetimes.js'
import { Publisher } from '#src/chat/publisher.js'
import { Blocks } from '#src/engines/memory/blocks.js'
import { createDuty, DueQueue } from '#src/engines/memory/due-queue.js'
import { Endings } from '#src/engines/memory/endings.js'
import { GoneMessages } from '#src/engines/memory/gone-messages.js'
import { KnownPeople } from '#src/engines/memory/known-people.js'
import { Leases } from '#src/engines/memory/leases.js'
import type { Entry } from '#src/engines/memory/message-store.js'
import { type Member, Person, type PrivacyChoice, Room } from '#src/engines/memory/model.js'
import { PrivacyChoices } from '#src/engines/memory/privacy-choices.js'
import { post } from '#src/engines/memory/room-changes.js'
import { RoomTable } from '#src/engines/memory/room-table.js'
import { Tally } from '#src/engines/memory/tally.js'
import { FakeClock } from '../fake-clock.js'
import { generous } from './world.js'

export const minute = 60_000

/** The parts of a memory engine, put together as the engine does it. */
export function assemble(options: Partial<EngineOptions> = {}) {
  const clock = new FakeClock(1_000_000)
  const publications: Publication[] = []
  const choices = new PrivacyChoices()
  const tally = new Tally()
  const publisher = new Publisher(error => {
    throw error
  })
  publisher.subscribe(publication => publications.push(publication))
  const due = new DueQueue(clock)
  const people: KnownPeople = new KnownPeople(choices, (person, now) => leases.endDue(person, now))
  const endings = new Endings(due)
  const gone = new GoneMessages(due, longestLifeMs(generous))
  const given = { ...generous, roomGraceMs: minute, ...options }
  const rooms = new RoomTable(people, due, publisher, tally, endings, gone, given)
  const leases = new Leases(people, rooms, due, publisher, tally, clock)
  const blocks = new Blocks(people, rooms, choices, due, publisher, minute)

  /** What was told since the last call: to whom, and what. */
  const takeTold = () => {
    const told = publications
      .flatMap(publication => publication.told)
      .map(({ userId, event }) => [userId, event] as const)
    publications.length = 0
    return told
  }
  /** The same, by type alone. */
  const takeTypes = () => takeTold().map(([userId, { type }]) => `${userId}: ${type}`)

  /** The room of ann and bob, which both have entered. Nothing of it is heard yet. */
  const enterBoth = (): Pair => {
    const room = rooms.create('ann', 'bob', clock.now())
    for (const id of ['ann', 'bob']) rooms.enter(room.id, id, clock.now())
    publications.length = 0
    return pairOf(room)
  }
  /** Sends a message as the engine does. */
  const send = (sender: Member, draft: Partial<Draft> = {}): Entry => {
    const entry = post(sender, draftOf(draft), minute, clock.now())
    tally.add(entry)
    rooms.noteSent(sender.room, entry, clock.now())
    return entry
  }
  const keep = (userId: string, privacy: Partial<Privacy>, lingerMs = 0) =>
    blocks.set(userId, { sendsReceipts: true, sendsTyping: true, blocked: [], ...privacy }, lingerMs, clock.now())
  return {
    clock,
    publications,
    choices,
    tally,
    endings,
    due,
    people,
    gone,
    rooms,
    leases,
    blocks,
    takeTold,
    takeTypes,
    enterBoth,
    send,
    keep,
  }
}

/** A room and its two people: ann opened it. */
export interface Pair {
  readonly room: Room
  readonly ann: Member
  readonly bob: Member
}

function pairOf(room: Room): Pair {
  const [ann, bob] = room.members
  return { room, ann, bob }
}

/** A person with nothing around them. */
export function makePerson(id: string, privacy: Partial<PrivacyChoice> = {}): Person {
  return new Person(
    id,
    { sendsReceipts: true, sendsTyping: true, blocked: new Map(), ...privacy },
    createDuty(() => {}),
  )
}

/** The room of ann and bob, which both have in their lists and have entered, with no engine around it. */
export function makePair({ keepLonger = false } = {}): Pair {
  const room = new Room(
    makePerson('ann'),
    makePerson('bob'),
    createDuty(() => {}),
    keepLonger,
    true,
  )
  for (const member of room.members) {
    member.isShown = true
    member.hasEntered = true
    member.person.listed.raise(member)
  }
  return pairOf(room)
}

/** Lets somebody block the other of their room, who goes on seeing them as offline since `lastHeldAt`, unless told. */
export function block(
  { person, other }: Member,
  attendance = { isOnline: false, lastHeldAt: 7, sendsReceipts: true },
): void {
  person.privacy = { ...person.privacy, blocked: new Map([[other.id, attendance]]) }
}

/** Takes all blocks of somebody back. */
export function unblock({ person }: Member): void {
  person.privacy = { ...person.privacy, blocked: new Map() }
}

export const picture: ImageRef = { id: 'picture', width: 4, height: 3, alt: 'a cat' }
let nonces = 0

/** A draft with a nonce of its own. */
export function draftOf(draft: Partial<Draft> = {}): Draft {
  nonces += 1
  return { nonce: `nonce-${nonces}`, text: 'hello', image: null, ...draft }
}

/** Adds a message of `sender` at `now` that lives for a minute, unless told. */
export function write(sender: Member, draft: Partial<Draft> = {}, now = 0): Entry {
  return post(sender, draftOf(draft), minute, now)
}

/** Adds as many messages, and returns them. */
export function writeMany(sender: Member, count: number, draft: Partial<Draft> = {}): Entry[] {
  return Array.from({ length: count }, () => write(sender, draft))
}

export const seqsOf = (entries: Iterable<Entry>): number[] => [...entries].map(({ message }) => message.seq)

/** An event about nothing but whom it is told. */
export const noted: EventBody = { type: 'receipt.noted' }

/** That ann has kept messages, as a timeline has it. */
export const keptEvent: TimelineEvent = {
  ...{ id: '1-kept-0', what: 'kept', afterSeq: 1, byId: 'ann', at: 0, expiresAt: minute },
}
