import type { RoomView, WindowAsk } from '../../chat/engine.js'
import type { PageWindow } from './page-state.js'

/** Which messages of its room a page shows, and how many later ones it does not show. */
export class RoomWindow {
  #from = 0
  #to = 0
  #later = 0

  /** How many messages follow the last one that the page shows. */
  get later(): number {
    return this.#later
  }

  /** The page's own account of its window, sent when it connects. */
  get shown(): PageWindow {
    return { from: this.#from, to: this.#to, isOpenEnded: this.#later === 0 }
  }

  /** The window to read to bring the page up to date. */
  get ask(): WindowAsk {
    return { of: 'page', ...this.shown }
  }

  /** Begins with what the page says that it shows. */
  begin({ from, to, isOpenEnded }: PageWindow): void {
    this.#from = from
    this.#to = to
    this.#later = isOpenEnded ? 0 : 1
  }

  /** Notes which window the page was sent. */
  adopt({ messages, survivors, later }: Pick<RoomView, 'messages' | 'survivors' | 'later'>): void {
    if (survivors === null) this.#from = messages[0]?.seq ?? 0
    this.#to = messages.at(-1)?.seq ?? this.#to
    this.#later = later
  }

  /**
   * Notes a new message; returns whether the page should show it.
   * @param isGapless whether the page shows all messages before it
   */
  add(seq: number, isGapless: boolean): boolean {
    if (this.#later > 0) {
      this.#later += 1
      return false
    }
    if (isGapless) this.#to = seq
    return true
  }

  /** Takes note of messages that are gone; says whether fewer messages follow now. */
  drop(seqs: readonly number[]): boolean {
    const lacking = seqs.filter(seq => seq > this.#to).length
    if (this.#later === 0 || lacking === 0) return false
    this.#later = Math.max(0, this.#later - lacking)
    return true
  }
}

/** The window of a page that has just been loaded. */
export function windowOf(view: RoomView): PageWindow {
  const window = new RoomWindow()
  window.adopt(view)
  return window.shown
}
