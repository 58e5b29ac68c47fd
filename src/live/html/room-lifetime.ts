import type { ChosenLifetime, Message } from '../../chat/engine.js'
import { graceOf, type LifetimeBounds, lifetimeChoices, warningOf, warnsAt } from '../../chat/lifetimes.js'
import { renderPartial, type ViewContext } from '../../rendering/renderer.js'

/** The server's rules for how long messages live. Durations in ms. */
export interface LifetimeRules extends LifetimeBounds {
  readonly keepLonger: boolean
  readonly roomGraceMs: number
}

/** Who changed the lifetime of messages, and to what. */
export type LifetimeChange = Pick<ChosenLifetime, 'lifetimeMs' | 'byId'>

/** Renders how long messages live in a room, for one of its people: the choices, and the warning. */
export class RoomLifetime {
  readonly #rules: LifetimeRules
  readonly #context: ViewContext

  constructor(rules: LifetimeRules, context: ViewContext) {
    this.#rules = rules
    this.#context = context
  }

  /** How long a message sent now lives, in ms. */
  current(chosen: LifetimeChange | null): number {
    return chosen?.lifetimeMs ?? this.#rules.messageTtlMs
  }

  /** The text above the first message. `erasesWhenLeft`: whether the room is erased once both have left. */
  renderAbout(chosen: LifetimeChange | null, erasesWhenLeft: boolean): string {
    const { t, times } = this.#context
    const lifetime = times.length(this.current(chosen))
    const sentence = erasesWhenLeft
      ? t('chat.lifeHint', { lifetime, grace: this.#grace })
      : t('chat.lifeHintNoGrace', { lifetime })
    return renderPartial('sentence', this.#context, { sentence })
  }

  /** The field to choose another lifetime with. */
  renderChoices(chosen: LifetimeChange | null): string {
    const { t, times } = this.#context
    const current = this.current(chosen)
    const choices = lifetimeChoices(this.#rules, current).map(ms => {
      const lifetime = times.length(ms)
      const label = ms === this.#rules.messageTtlMs ? t('lifetime.usual', { lifetime }) : lifetime
      return { ms, label, isCurrent: ms === current }
    })
    return renderPartial('lifetime-choices', this.#context, { choices })
  }

  /** The switch that says whether the room is erased once both have left. */
  renderErasure(erasesWhenLeft: boolean): string {
    return renderPartial('erase-switch', this.#context, { erasesWhenLeft })
  }

  /** What that switch does, in words. */
  sayErasure(): string {
    return this.#context.t('erase.hint', { grace: this.#grace })
  }

  /** The messages of a room that will vanish soon and may be kept. */
  expiring(messages: readonly Message[], now: number): Message[] {
    return this.#rules.keepLonger ? messages.filter(message => (warnsAt(message) ?? now + 1) <= now) : []
  }

  /** The warning about messages that vanish soon; '' if there are none. */
  renderWarning(expiring: readonly Pick<Message, 'roomId' | 'lifetimeMs'>[]): string {
    const [first] = expiring
    if (!first) return ''
    const { t, times } = this.#context
    const longestMs = expiring.reduce((most, { lifetimeMs }) => Math.max(most, warningOf(lifetimeMs) ?? 0), 0)
    const sentence = t('warning.soon', { time: times.length(longestMs) })
    return renderPartial('warning', this.#context, { sentence, roomId: first.roomId })
  }

  get #grace(): string {
    return this.#context.times.length(graceOf(this.#rules.roomGraceMs))
  }
}
