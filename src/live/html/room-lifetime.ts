import type { ChosenLifetime, LifeStart, Lifetime, Message, UserId } from '../../chat/engine.js'
import { type LifetimeBounds, lifetimeChoices, unseenLifeMs, warningOf } from '../../chat/lifetimes.js'
import { renderPartial, type ViewContext, type Viewer } from '../../rendering/renderer.js'

/** The server's rules for how long messages live. Durations in ms. */
export interface LifetimeRules extends LifetimeBounds {
  readonly roomGraceMs: number
}

const keepSentences = {
  day: 'warning.keep.day',
  hour: 'warning.keep.hour',
  minute: 'warning.keep.minute',
  second: 'warning.keep.second',
} as const

/** Who changed the lifetime of messages, and to what. */
export type LifetimeChange = Pick<ChosenLifetime, 'lifetimeMs' | 'from' | 'byId'>

/** Renders how long messages live in a room, for one of its people: the choice, who made it, and the warning. */
export class RoomLifetime {
  readonly #rules: LifetimeRules
  readonly #context: ViewContext
  readonly #viewer: Viewer

  constructor(rules: LifetimeRules, context: ViewContext, viewer: Viewer) {
    this.#rules = rules
    this.#context = context
    this.#viewer = viewer
  }

  /** How long messages live that are sent now. */
  current(chosen: Lifetime | null): Lifetime {
    return chosen ?? { lifetimeMs: this.#rules.messageTtlMs, from: 'sent' }
  }

  /** The most that a message sent now lives without being kept, in ms, if nobody sees it. */
  mostMs(chosen: Lifetime | null): number {
    const { lifetimeMs, from } = this.current(chosen)
    return from === 'seen' ? unseenLifeMs(this.#rules) : lifetimeMs
  }

  /** The text above the first message. */
  renderAbout(chosen: Lifetime | null): string {
    const { t, times } = this.#context
    const { roomGraceMs } = this.#rules
    const current = this.current(chosen)
    const lifetime = times.length(current.lifetimeMs)
    const vanish =
      current.from === 'seen'
        ? t('chat.vanishSeen', { lifetime, unseen: times.length(unseenLifeMs(this.#rules)) })
        : t('chat.vanish', { lifetime })
    const end = roomGraceMs ? t('chat.lifeHint', { grace: times.length(roomGraceMs) }) : t('chat.lifeHintNoGrace')
    return renderPartial('sentence', this.#context, { sentence: `${vanish} ${end}` })
  }

  /**
   * The field to choose another lifetime with.
   * @param mayLiveFromSeen whether lives from being seen are offered
   */
  renderChoices(chosen: Lifetime | null, mayLiveFromSeen: boolean): string {
    const { t } = this.#context
    const current = this.current(chosen)
    const choices = lifetimeChoices(this.#rules, current).map(({ lifetimeMs, from }) => ({
      from,
      // A select has one value, and what it says must be two: the handler takes them apart.
      value: from === 'seen' ? `${lifetimeMs} seen` : `${lifetimeMs}`,
      label: this.#labelOf({ lifetimeMs, from }),
      isCurrent: lifetimeMs === current.lifetimeMs && from === current.from,
    }))
    const groupOf = (from: LifeStart, label: string) => ({ label, choices: choices.filter(each => each.from === from) })
    const groups = [groupOf('sent', t('lifetime.afterSent'))]
    if (mayLiveFromSeen) groups.push(groupOf('seen', t('lifetime.afterSeen')))
    const hint = t(mayLiveFromSeen ? 'lifetime.seenShows' : 'lifetime.seenNeedsReceipts')
    return renderPartial('lifetime-choices', this.#context, { groups, hint })
  }

  /** Who changed the lifetime and to what, in words. */
  sayChange({ lifetimeMs, from, byId }: LifetimeChange, otherName: string): string {
    const { t } = this.#context
    const lifetime = this.#say({ lifetimeMs, from })
    return byId === this.#viewer.userId
      ? t('lifetime.byYou', { lifetime })
      : t('lifetime.byOther', { name: otherName, lifetime })
  }

  /** The note of the change; '' once a message was sent after it. */
  renderNote(chosen: ChosenLifetime | null, lastSeq: number, otherName: string): string {
    if (!chosen || lastSeq > chosen.sinceSeq) return ''
    return renderPartial('sentence', this.#context, { sentence: this.sayChange(chosen, otherName) })
  }

  /** The warning about messages that vanish soon; '' if there are none. */
  renderWarning(expiring: readonly Pick<Message, 'roomId' | 'lifetimeMs'>[]): string {
    const [first] = expiring
    if (!first) return ''
    const { t, times } = this.#context
    const shortestMs = expiring.reduce((least, { lifetimeMs }) => Math.min(least, lifetimeMs), first.lifetimeMs)
    const sentence = t('warning.soon', { time: times.length(warningOf(shortestMs) ?? 0) })
    const { unit, count } = times.unitOf(shortestMs)
    const keep = t(keepSentences[unit], { count })
    return renderPartial('warning', this.#context, { sentence, keep, roomId: first.roomId })
  }

  /** Who kept messages, in words. */
  sayKept(byId: UserId, otherName: string): string {
    const { t } = this.#context
    return byId === this.#viewer.userId ? t('warning.keptByYou') : t('warning.keptByOther', { name: otherName })
  }

  #labelOf({ lifetimeMs, from }: Lifetime): string {
    const { t } = this.#context
    const lifetime = this.#say({ lifetimeMs, from })
    return from === 'sent' && lifetimeMs === this.#rules.messageTtlMs ? t('lifetime.usual', { lifetime }) : lifetime
  }

  /** "1 hour", or "5 minutes after it is seen". */
  #say({ lifetimeMs, from }: Lifetime): string {
    const { t, times } = this.#context
    const lifetime = times.length(lifetimeMs)
    return from === 'seen' ? t('lifetime.fromSeen', { lifetime }) : lifetime
  }
}
