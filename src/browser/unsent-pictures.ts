import { type Pending, pictureAlone, picturesOf } from './outbox-entry.js'
import { showTemplate } from './template-words.js'

/**
 * The pictures beside the outbox, by their descriptions: `chosen` ones, which this page has, and `lost` ones, which went
 * with an earlier page and have to be chosen again. A picture that is not sent is in its page's memory alone; over a reload
 * its description is kept, and that there was one.
 */
export class UnsentPictures {
  /** Called when there is something else to keep. */
  onChange: () => void = () => {}
  readonly #place = document.getElementById('picture-notice')
  #chosen: readonly string[] = []
  #lost: string[] = []
  #isDelayed = false
  #said = ''

  /** What is kept for a reload. */
  get kept(): Pending[] {
    return [...this.#chosen, ...this.#lost].map(pictureAlone)
  }

  get areChosen(): boolean {
    return this.#chosen.length > 0
  }

  /**
   * Says which pictures are chosen and not sent, in their order.
   * @param isDelayed whether the page cannot show them yet, for want of a good connection
   */
  choose(alts: readonly string[], isDelayed = false): void {
    this.#chosen = alts
    this.#isDelayed = isDelayed
    this.#show()
    this.onChange()
  }

  /** The pictures of these messages have to be chosen again. */
  lose(pending: readonly Pending[]): void {
    this.#lost.push(...picturesOf(pending).map(({ alt = '' }) => alt))
    this.#show()
  }

  /** A picture is chosen: it takes the description of the first that was lost, if any. */
  takeLost(): string {
    const alt = this.#lost.shift() ?? ''
    this.#show()
    return alt
  }

  /** A message is sent, so that none is waited for any more. */
  forget(): void {
    this.#lost = []
    this.#show()
  }

  #show(): void {
    const words = this.#isDelayed ? 'picture-delayed' : this.#lost.length > 0 ? 'picture-lost' : ''
    if (this.#said !== words) showTemplate(this.#place, words)
    this.#said = words
  }
}
