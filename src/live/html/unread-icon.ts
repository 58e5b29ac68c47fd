import type { ListRenderer } from './list-renderer.js'

/** For how long something must be unread, or nothing, before the icon says so. */
const holdMs = 1000

/**
 * The icon of a page, which has a dot while something is unread. What comes on a page in sight is read in a moment: the icon
 * waits, or it would be sent twice with every message.
 */
export class UnreadIcon {
  readonly #list: Pick<ListRenderer, 'renderIcon'>
  readonly #push: (html: string) => void
  /** Whether the page shows the dot; null for unknown. */
  #shown: boolean | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(list: Pick<ListRenderer, 'renderIcon'>, push: (html: string) => void) {
    this.#list = list
    this.#push = push
  }

  /** Takes note of what the page shows by itself; null for unknown. */
  assume(hasDot: boolean | null): void {
    this.stop()
    this.#shown = hasDot
  }

  /** Brings the icon up to date: at once where it is not known what the page shows. */
  note(hasDot: boolean): void {
    if (hasDot === this.#shown) this.stop()
    else if (this.#shown === null) this.#show(hasDot)
    else this.#timer ??= setTimeout(() => this.#show(hasDot), holdMs).unref()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #show(hasDot: boolean): void {
    this.#timer = undefined
    this.#shown = hasDot
    this.#push(this.#list.renderIcon(hasDot))
  }
}
