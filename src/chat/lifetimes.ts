import type { LifeStart, Lifetime, Message } from './engine.js'

/** How often a message may be kept for as long again. Source: .env.example, KEEP_LONGER. */
export const mostKeeps = 10

/** The shortest life from sending that a chat may choose, in ms, unless the server's default is shorter. */
const shortestChoiceMs = 300_000
const usualChoicesMs = [shortestChoiceMs, 900_000, 3_600_000, 14_400_000, 43_200_000, 86_400_000]
/** The lives from being seen that a chat may choose, in ms. */
const afterSeenChoicesMs = [60_000, 300_000, 3_600_000]
/** How long a message at least waits to be seen, where its life begins by that, in ms. */
const shortestWaitMs = 86_400_000

const longestWarningMs = 60_000
/** A shorter warning would be useless: people need at least 20 seconds to act on it. Source: WCAG 2.2, 2.2.1. */
const shortestWarningMs = 20_000
const longestRestMs = 600_000
/** The bounds of warnings and of keeping, for an engine whose rules are in another language. Durations in ms. */
export const warningBounds = { longestWarningMs, shortestWarningMs, longestRestMs, mostKeeps } as const

/** The server's own life of a message and the longest that a chat may choose, in ms. */
export interface LifetimeBounds {
  readonly messageTtlMs: number
  readonly messageTtlMaxMs: number
}

/** What counts as the grace period where it is 0, ms. */
const shortestGraceMs = 300_000

/** How long both must have left before a room ends by itself, ms. */
export function graceOf(roomGraceMs: number): number {
  return roomGraceMs || shortestGraceMs
}

/**
 * Whether a chat may choose this life. From sending: the server's own, or one between five minutes and the longest. From
 * being seen: one of a few up to the longest.
 */
export function mayChoose({ lifetimeMs, from }: Lifetime, { messageTtlMs, messageTtlMaxMs }: LifetimeBounds): boolean {
  if (from === 'seen') return afterSeenChoicesMs.includes(lifetimeMs) && lifetimeMs <= messageTtlMaxMs
  if (lifetimeMs === messageTtlMs) return true
  return Number.isInteger(lifetimeMs) && lifetimeMs >= shortestChoiceMs && lifetimeMs <= messageTtlMaxMs
}

/** The lives that people are offered, those from sending first, the shorter before the longer; `current` is among them. */
export function lifetimeChoices(bounds: LifetimeBounds, current: Lifetime): Lifetime[] {
  const choices = (from: LifeStart, usualMs: readonly number[]): Lifetime[] => {
    const offered = usualMs.filter(lifetimeMs => mayChoose({ lifetimeMs, from }, bounds))
    if (current.from === from) offered.push(current.lifetimeMs)
    return [...new Set(offered)].sort((a, b) => a - b).map(lifetimeMs => ({ lifetimeMs, from }))
  }
  const { messageTtlMs, messageTtlMaxMs } = bounds
  return [
    ...choices('sent', [...usualChoicesMs, messageTtlMaxMs, messageTtlMs]),
    ...choices('seen', afterSeenChoicesMs),
  ]
}

/** After how long a message goes that waits to be seen, in ms: a day, or the server's own life if that is longer. */
export function unseenLifeMs({ messageTtlMs }: Pick<LifetimeBounds, 'messageTtlMs'>): number {
  return Math.max(messageTtlMs, shortestWaitMs)
}

/** How long a message of this lifetime lives at most without being kept, in ms: if nobody sees it. */
export function longestLifeOf({ lifetimeMs, from }: Lifetime, server: Pick<LifetimeBounds, 'messageTtlMs'>): number {
  return from === 'seen' ? unseenLifeMs(server) : lifetimeMs
}

/** The longest that a message may live on this server without being kept or seen, in ms. */
export function longestLifeMs(bounds: LifetimeBounds): number {
  return Math.max(unseenLifeMs(bounds), bounds.messageTtlMaxMs)
}

/** What decides when someone is warned of a message's end. */
export type Timed = Pick<Message, 'expiresAt' | 'lifetimeMs' | 'keptTimes' | 'hasBegun'>

/**
 * How long before its end the warning of a message comes, in ms: one minute, or half of a lifetime under two minutes; null
 * under 40 s, since half of that would be too short to act.
 */
export function warningOf(lifetimeMs: number): number | null {
  const warningMs = Math.min(longestWarningMs, lifetimeMs / 2)
  return warningMs >= shortestWarningMs ? warningMs : null
}

/** How long no warning comes after one that nobody used, in ms: half of the life that it was of, ten minutes at most. */
export function restOf(lifetimeMs: number): number {
  return Math.min(longestRestMs, lifetimeMs / 2)
}

/** From when on a message may be kept for as long again, ms of `Clock.now()`; null when it may not, or not any more. */
export function warnsAt({ expiresAt, lifetimeMs, keptTimes, hasBegun }: Timed): number | null {
  const warningMs = hasBegun ? warningOf(lifetimeMs) : null
  return warningMs === null || keptTimes >= mostKeeps ? null : expiresAt - warningMs
}

/** A message that is kept for as long again as it was to live when it was sent. */
export function keptLonger(message: Message): Message {
  return { ...message, expiresAt: message.expiresAt + message.lifetimeMs, keptTimes: message.keptTimes + 1 }
}

/** A message that waited to be seen, and is seen at `now`: its life begins. */
export function seenAt(message: Message, now: number): Message {
  return { ...message, expiresAt: now + message.lifetimeMs, hasBegun: true }
}

/**
 * A message that waited to be seen and at `now` no longer does, since someone sends no receipts any more: its life begins, as
 * nobody can say when it is seen. It ends no later than it would have unseen.
 */
export function waitingNoMore(message: Message, now: number): Message {
  const expiresAt = Math.min(message.expiresAt, now + message.lifetimeMs)
  return { ...message, expiresAt, livesFrom: 'sent', hasBegun: true }
}
