import type { ChosenLifetime, Message, UserId } from '../../chat/engine.js'
import { type LifetimeBounds, lifetimeChoices, warningOf, warnsAt } from '../../chat/lifetimes.js'
import { renderPartial, type ViewContext, type Viewer } from '../../rendering/renderer.js'

/** The server's rules for how long messages live. Durations in ms. */
export interface LifetimeRules extends LifetimeBounds {
  readonly keepLonger: boolean
  readonly roomGraceMs: number
}

/** Who changed the lifetime of messages, and to what. */
export type LifetimeChange = Pick<ChosenLifetime, 'lifetimeMs' | 'byId'>

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

  /** How long a message sent now lives, in ms. */
  current(chosen: LifetimeChange | null): number {
    return chosen?.lifetimeMs ?? this.#rules.messageTtlMs
  }

  /** The text above the first message. */
  renderAbout(chosen: LifetimeChange | null): string {
    const { t, times } = this.#context
    const { roomGraceMs } = this.#rules
    const lifetime = times.length(this.current(chosen))
    const sentence = roomGraceMs
      ? t('chat.lifeHint', { lifetime, grace: times.length(roomGraceMs) })
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

  /** Who changed the lifetime and to what, in words. */
  sayChange({ lifetimeMs, byId }: LifetimeChange, otherName: string): string {
    const { t, times } = this.#context
    const lifetime = times.length(lifetimeMs)
    return byId === this.#viewer.userId
      ? t('lifetime.byYou', { lifetime })
      : t('lifetime.byOther', { name: otherName, lifetime })
  }

  /** The note of the change; '' once a message was sent after it. */
  renderNote(chosen: ChosenLifetime | null, lastSeq: number, otherName: string): string {
    if (!chosen || lastSeq > chosen.sinceSeq) return ''
    return renderPartial('sentence', this.#context, { sentence: this.sayChange(chosen, otherName) })
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

  /** Who kept messages, in words. */
  sayKept(byId: UserId, otherName: string): string {
    const { t } = this.#context
    return byId === this.#viewer.userId ? t('warning.keptByYou') : t('warning.keptByOther', { name: otherName })
  }
}
