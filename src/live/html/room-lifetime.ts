import type { ChosenLifetime, LifeStart, Lifetime, Message } from '../../chat/engine.js'
import {
  graceOf,
  type LifetimeBounds,
  lifetimeChoices,
  longestLifeOf,
  unseenLifeMs,
  warningOf,
} from '../../chat/lifetimes.js'
import { renderPartial, type ViewContext } from '../../rendering/renderer.js'
import { sayLifetime } from '../../rendering/timeline-view.js'

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

/** Renders how long messages live in a room, for one of its people: the choices, and the warning. */
export class RoomLifetime {
  readonly #rules: LifetimeRules
  readonly #context: ViewContext

  constructor(rules: LifetimeRules, context: ViewContext) {
    this.#rules = rules
    this.#context = context
  }

  /** How long messages live that are sent now. */
  current(chosen: Lifetime | null): Lifetime {
    return chosen ?? { lifetimeMs: this.#rules.messageTtlMs, from: 'sent' }
  }

  /** The most that a message sent now lives without being kept, in ms, if nobody sees it. */
  mostMs(chosen: Lifetime | null): number {
    return longestLifeOf(this.current(chosen), this.#rules)
  }

  /** How long messages live, in a sentence or two. */
  sayLife(chosen: Lifetime | null): string {
    const { t, times } = this.#context
    const current = this.current(chosen)
    const lifetime = times.length(current.lifetimeMs)
    return current.from === 'seen'
      ? t('chat.vanishSeen', { lifetime, unseen: times.length(unseenLifeMs(this.#rules)) })
      : t('chat.vanish', { lifetime })
  }

  /** The text above the first message. `erasesWhenLeft`: whether the room is erased once both have left. */
  renderAbout(chosen: Lifetime | null, erasesWhenLeft: boolean): string {
    const { t } = this.#context
    const end = erasesWhenLeft ? t('chat.lifeHint', { grace: this.#grace }) : t('chat.lifeHintNoGrace')
    return renderPartial('about', this.#context, { life: this.sayLife(chosen), end })
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

  /** The switch that says whether the room is erased once both have left. */
  renderErasure(erasesWhenLeft: boolean): string {
    return renderPartial('erase-switch', this.#context, { erasesWhenLeft })
  }

  /** What that switch does, in words. */
  sayErasure(): string {
    return this.#context.t('erase.hint', { grace: this.#grace })
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
    const where = t('warning.button', { keep })
    return renderPartial('warning', this.#context, { sentence, where, keep, roomId: first.roomId })
  }

  get #grace(): string {
    return this.#context.times.length(graceOf(this.#rules.roomGraceMs))
  }

  #labelOf({ lifetimeMs, from }: Lifetime): string {
    const { t } = this.#context
    const lifetime = sayLifetime({ lifetimeMs, from }, this.#context)
    return from === 'sent' && lifetimeMs === this.#rules.messageTtlMs ? t('lifetime.usual', { lifetime }) : lifetime
  }
}
