import type {
  EngineEvent,
  EventBody,
  Message,
  RoomId,
  RoomSummary,
  RoomView,
  TimelineBody,
  TimelineEvent,
  UserId,
} from '#src/chat/engine.js'
import type { CloseCode } from '#src/live/client/close-codes.js'
import type { SharedRenderings } from '#src/live/client/shared-renderings.js'
import type { RoomActivity, Subscriber } from '#src/live/client/subscriber.js'

/** Noon on a Tuesday, ms since the epoch. */
export const noon = Date.UTC(2030, 0, 15, 12)

const nothing = { delivered: 0, seen: 0 }
const noCount = { total: 0, shown: 0, afterSeq: 0 }
/** That no message vanished before it was seen. */
export const noneVanished = { theirs: noCount, mine: noCount }

/** A message of ben's in the room r1, sent at noon to live for ten minutes; its id and nonce follow from its seq. */
export function messageOf(seq: number, given: Partial<Message> = {}): Message {
  return {
    ...{ id: `m${seq}`, roomId: 'r1', seq, senderId: 'ben', nonce: `n${seq}`, text: `text ${seq}`, image: null },
    ...{
      sentAt: noon,
      expiresAt: noon + 600_000,
      lifetimeMs: 600_000,
      keptTimes: 0,
      livesFrom: 'sent',
      hasBegun: true,
      replyTo: null,
    },
    ...given,
  }
}

/** What ann sees of her room with ben: two messages of his, unless told. */
export function viewOf(given: Partial<RoomView> = {}): RoomView {
  return {
    ...{ id: 'r1', epoch: 'e', version: 2, otherId: 'ben', presence: null, mine: nothing, theirs: nothing },
    ...{ messages: [messageOf(1), messageOf(2)], previous: null, later: 0, survivors: null, newestSeq: 2 },
    ...{ unread: 0, vanished: noneVanished, lifetime: null, mayLiveFromSeen: true, expiring: [] },
    ...{ erasesWhenLeft: true, timeline: [], ...given },
  }
}

/** Something that ben did in that room a moment after noon, after both messages, unless told; it stands for ten minutes. */
export function timelineOf(body: TimelineBody, given: Partial<Omit<TimelineEvent, 'what'>> = {}): TimelineEvent {
  const place = { id: `2-${body.what}-1`, afterSeq: 2, byId: 'ben', at: noon + 1, expiresAt: noon + 600_000 }
  return { ...place, ...given, ...body }
}

/** What ann's list shows of a room: with ben, without messages, unless told. */
export function summaryOf(id: RoomId = 'r1', given: Partial<RoomSummary> = {}): RoomSummary {
  return {
    ...{
      id,
      otherId: 'ben',
      presence: null,
      unread: 0,
      vanished: noneVanished,
      lastMessage: null,
      mine: nothing,
      theirs: nothing,
    },
    ...{ activeAt: noon, lifetimeMs: null, ...given },
  }
}

/** An event in the room r1, after which nothing is unread and the list shows nothing of the room, unless told. */
export function eventOf(
  body: EventBody,
  facts: Partial<Pick<EngineEvent, 'roomId' | 'summary' | 'totalUnread'>> = {},
): EngineEvent {
  return { ...{ roomId: 'r1', summary: null, totalUnread: 0 }, ...facts, ...body }
}

/** That somebody has chosen how long messages live, from sending. */
export function lifetimeOf(
  byId: UserId,
  lifetimeMs: number,
  version = 3,
): Extract<EventBody, { type: 'lifetime.changed' }> {
  const change = { lifetimeMs, from: 'sent', byId, mayLiveFromSeen: true, messages: [] } as const
  const timeline = timelineOf({ what: 'lifetime', lifetimeMs, from: 'sent' }, { byId })
  return { type: 'lifetime.changed', version, ...change, timeline }
}

/** That a message was sent. */
export function sentOf(message: Message, version = message.seq): EngineEvent {
  return eventOf({ type: 'message.sent', version, message })
}

/** That somebody types, or no longer. */
export function typingOf(userId: UserId, isTyping = true): Extract<EngineEvent, { type: 'typing.changed' }> {
  return { ...{ roomId: 'r1', summary: null, totalUnread: 0 }, type: 'typing.changed', userId, isTyping }
}

/** A subscriber that only takes notes. */
export class NotedSubscriber implements Subscriber {
  readonly id: string
  readonly userId: UserId
  readonly sessionId: string | null
  readonly events: EngineEvent[] = []
  readonly shared: SharedRenderings[] = []
  readonly activities: RoomActivity[] = []
  readonly pauses: [RoomId, boolean][] = []
  readonly closed: CloseCode[] = []
  catchUps = 0
  beats = 0

  constructor(userId: UserId, id = `of-${userId}`, sessionId: string | null = null) {
    this.userId = userId
    this.id = id
    this.sessionId = sessionId
  }

  receive(event: EngineEvent, shared: SharedRenderings): void {
    this.events.push(event)
    this.shared.push(shared)
  }

  receiveActivity(activity: RoomActivity): void {
    this.activities.push(activity)
  }

  pause(roomId: RoomId, isPaused: boolean): void {
    this.pauses.push([roomId, isPaused])
  }

  catchUpMissed(): void {
    this.catchUps += 1
  }

  beat(): void {
    this.beats += 1
  }

  close(code: CloseCode): void {
    this.closed.push(code)
  }

  end(): void {}
}

/** The swaps of a page's fragments, ticks and lines of the list first, each as its target and kind, as in `list beforeend`, and what it brings. */
export function swapsIn(html: string): [string, string][] {
  const swap = /<hx-partial (?:id="|hx-target="#)([^"]*)"(?: hx-swap="([^"]*)")?>([\s\S]*?)<\/hx-partial>/g
  const lines = [...html.matchAll(/<span id="(l-[\w-]+)"[^>]* hx-swap-oob>[\s\S]*?<\/span>(?! <bdi>|<\/span>)/g)]
  const ticks = [...html.matchAll(/<b id="(s-[\w-]+)"[^>]* hx-swap-oob>[\s\S]*?<\/b>/g)]
  return [
    ...ticks.map(([tick, target]): [string, string] => [`${target} tick`, tick]),
    ...lines.map(([line, target]): [string, string] => [`${target} line`, line]),
    ...[...html.matchAll(swap)].map(([, target, kind = 'innerHTML', content = '']): [string, string] => [
      `${target} ${kind}`,
      content,
    ]),
  ]
}

/** The text of HTML, without its tags. */
export function wordsIn(html: string): string {
  return html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
