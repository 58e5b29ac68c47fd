import { announce } from './announcer.js'
import { type Answer, type Entry, type EntryState, isSlow, isUnsent, retryDelayIn } from './outbox-entry.js'

/** How the style sheet and the server's own bubbles call the states of an entry. */
const statusOf: Readonly<Record<EntryState, string>> = {
  uploading: 'uploading',
  pending: 'sending',
  'in-flight': 'sending',
  waiting: 'waiting',
  failed: 'failed',
  old: 'failed',
  refused: 'failed',
}

interface Shown {
  element: HTMLElement
  /** The entry as it was last written into the element. */
  entry?: Entry
  /** Where it stands in the list if it was not sent. */
  row?: HTMLElement
  /** The `seq` of the newest message when it took that place. */
  after?: number
}

/** The bubbles of the outbox on the page. `#write` alone writes what state one is in. */
export class Bubbles {
  readonly #outbox: HTMLElement
  readonly #template: HTMLTemplateElement
  readonly #list: HTMLElement
  readonly #shown = new Map<string, Shown>()

  /**
   * @param template holds an empty bubble
   * @param list where the messages are
   */
  constructor(outbox: HTMLElement, template: HTMLTemplateElement, list: HTMLElement) {
    this.#outbox = outbox
    this.#list = list
    this.#template = template
  }

  /** Brings the bubbles up to date with the outbox. */
  show(entries: readonly Entry[], now: number): void {
    for (const [nonce, { element, row }] of this.#shown) {
      if (entries.some(each => each.nonce === nonce)) continue
      element.remove()
      row?.remove()
      this.#shown.delete(nonce)
    }
    const areSeveral = entries.filter(isUnsent).length > 1
    let isStuck = true
    let news = ''
    let previous: HTMLElement | undefined
    for (const entry of entries) {
      const known = this.#shown.get(entry.nonce)
      const shown = known ?? this.#make(entry)
      isStuck &&= statusOf[entry.state] === 'failed'
      this.#place(shown, isStuck, previous)
      news = this.#write(shown, entry) || news
      shown.element.classList.toggle('slow', isSlow(entry, now))
      shown.element.classList.toggle('several', areSeveral)
      if (!isStuck) previous = shown.element
      if (known) continue
      if (!isStuck) this.#outbox.append(shown.element)
      this.#shown.set(entry.nonce, shown)
      htmx.process(shown.element)
    }
    if (news) announce('not-sent', news)
  }

  /** Has a bubble send itself. */
  send({ nonce }: Entry): void {
    const form = this.#shown.get(nonce)?.element.querySelector('form')
    if (form) htmx.trigger(form, 'outbox:send')
  }

  /** Bubbles that the server has replaced (an answer) or removed (delivered); each is reported once. */
  takeAnswers(now: number): Map<string, Answer | null> {
    const answers = new Map<string, Answer | null>()
    for (const [nonce, shown] of this.#shown) {
      // One in the list is not on its way; an update of the list takes it out.
      if (shown.row || shown.element.isConnected) continue
      const element = document.getElementById(idOf(nonce))
      const quote = shown.element.querySelector('.replying')
      if (quote) element?.querySelector('article')?.prepend(quote)
      answers.set(nonce, element && readAnswer(element, now))
      if (element) this.#shown.set(nonce, { element })
    }
    return answers
  }

  #make({ nonce, text, imageId, replyTo }: Entry): Shown {
    const element = this.#template.content.firstElementChild?.cloneNode(true)
    if (!(element instanceof HTMLElement)) throw new TypeError('No template')
    element.id = idOf(nonce)
    element.querySelector('.text')?.append(text)
    if (imageId) element.querySelector('img')?.setAttribute('src', `/images/${imageId}/still`)
    // From the composer, where it is done with.
    const quote = replyTo && document.querySelector(`#replying > .q-${replyTo}`)
    if (quote) element.querySelector('article')?.prepend(quote)
    return { element }
  }

  /**
   * What was not sent stays where it was sent, so that later messages come after it.
   * @param previous the one before it that does not
   */
  #place(shown: Shown, isStuck: boolean, previous?: HTMLElement): void {
    const { element, row } = shown
    if (!isStuck) {
      if (row && previous) previous.after(element)
      else if (row) this.#outbox.prepend(element)
      row?.remove()
      delete shown.row
      delete shown.after
    } else if (!row?.isConnected) {
      const rows = [...this.#list.children]
      shown.after ??= Math.max(0, ...rows.map(seqOf))
      const { after } = shown
      shown.row = document.createElement('li')
      shown.row.append(element)
      this.#list.insertBefore(shown.row, rows.find(each => seqOf(each) > after) ?? null)
    }
  }

  /** Returns what is to be said aloud of it: that it is not sent and why, once; '' for nothing. */
  #write(shown: Shown, entry: Entry): string {
    const { element, entry: before } = shown
    if (before === entry) return ''
    shown.entry = entry
    const { nonce, text, imageId, replyTo = '', state, reason } = entry
    const status = statusOf[state]
    const values: Record<string, string> = { nonce, imageId, replyTo, content: text }
    for (const input of element.querySelectorAll('input')) input.value = values[input.name] ?? ''
    element.classList.toggle('refused', state === 'refused')
    element.querySelector('article')?.setAttribute('data-status', status)
    const failed = element.querySelector<HTMLElement>('.failed')
    const words = status === 'failed' ? (failed?.dataset.words ?? '') : ''
    failed?.replaceChildren(words)
    element.querySelector('.reason')?.replaceChildren(reason)
    // Only older: it was said before.
    if (before && isUnsent(before) && state === 'old') return ''
    return words && reason ? `${words}: ${reason}` : words
  }
}

/** The `seq` of the message in a row of the list; 0 for a row without one. */
export const seqOf = (row: Element): number => Number(row.querySelector<HTMLElement>('[data-seq]')?.dataset.seq ?? 0)

const idOf = (nonce: string): string => `p-${nonce}`

/** The nonce of the bubble that something stands in; '' outside of one. */
export const nonceAround = (target: EventTarget | null): string =>
  (target instanceof Element ? target.closest('.pending')?.id : undefined)?.slice(2) ?? ''

/** Those of some nonces whose messages a list shows. */
export const noncesIn = (list: HTMLElement, some: readonly { nonce: string }[]): Set<string> =>
  new Set(some.map(({ nonce }) => nonce).filter(nonce => list.querySelector(`[data-nonce="${CSS.escape(nonce)}"]`)))

/** The id of the message that the composer answers; '' for none. */
export const repliedTo = (): string =>
  document.querySelector<HTMLInputElement>('#replying [form=composer]')?.value ?? ''

function readAnswer(bubble: HTMLElement, now: number): Answer {
  if (bubble.querySelector('[data-status=waiting]')) {
    const trigger = bubble.querySelector('form')?.getAttribute('hx-trigger') ?? ''
    return { state: 'waiting', retryAt: now + retryDelayIn(trigger) }
  }
  const reason = bubble.querySelector('.reason')?.textContent ?? ''
  return { state: bubble.matches('.refused') ? 'refused' : 'failed', reason }
}
