import type { Message } from './engine.js'

/** How often a message may be kept for as long again. Source: .env.example, KEEP_LONGER. */
export const mostKeeps = 10

/** The shortest life that a chat may choose, in ms, unless the server's default is shorter. */
const shortestChoiceMs = 300_000
const usualChoicesMs = [shortestChoiceMs, 900_000, 3_600_000, 14_400_000, 43_200_000, 86_400_000]

const longestWarningMs = 60_000
/** A shorter warning would be useless: people need at least 20 seconds to act on it. Source: WCAG 2.2, 2.2.1. */
const shortestWarningMs = 20_000

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

/** Whether a chat may choose this life, in ms: the server's own, or one between five minutes and the longest. */
export function mayChoose(lifetimeMs: number, { messageTtlMs, messageTtlMaxMs }: LifetimeBounds): boolean {
  if (lifetimeMs === messageTtlMs) return true
  return Number.isInteger(lifetimeMs) && lifetimeMs >= shortestChoiceMs && lifetimeMs <= messageTtlMaxMs
}

/** The lives that people are offered, in ms, the shortest first; `currentMs` is among them. */
export function lifetimeChoices(bounds: LifetimeBounds, currentMs: number): number[] {
  const usual = [...usualChoicesMs, bounds.messageTtlMaxMs].filter(each => mayChoose(each, bounds))
  return [...new Set([...usual, bounds.messageTtlMs, currentMs])].sort((a, b) => a - b)
}

/** What decides when somebody is warned of a message's end. */
export type Timed = Pick<Message, 'expiresAt' | 'lifetimeMs' | 'keptTimes'>

/**
 * How long before its end the warning of a message comes, in ms: one minute, or half of a lifetime under two minutes; null
 * under 40 s, since half of that would be too short to act.
 */
export function warningOf(lifetimeMs: number): number | null {
  const warningMs = Math.min(longestWarningMs, lifetimeMs / 2)
  return warningMs >= shortestWarningMs ? warningMs : null
}

/** From when on a message may be kept for as long again, ms of `Clock.now()`; null when it may not, or not any more. */
export function warnsAt({ expiresAt, lifetimeMs, keptTimes }: Timed): number | null {
  const warningMs = warningOf(lifetimeMs)
  return warningMs === null || keptTimes >= mostKeeps ? null : expiresAt - warningMs
}

/** A message that is kept for as long again as it was to live when it was sent. */
export function keptLonger(message: Message): Message {
  return { ...message, expiresAt: message.expiresAt + message.lifetimeMs, keptTimes: message.keptTimes + 1 }
}
