import { renderPartial, type ViewContext } from './renderer.js'

/** Stands where the text is put that changes. It is for private use: no template and no sentence has it. */
const mark = '\ue000'

/**
 * A partial of which only one plain text changes, such as an id: rendered once for each language, and cut where that text
 * stands. For what is pushed most, putting it together takes a tenth of rendering it.
 */
export class CutPartial {
  readonly #name: string
  readonly #dataOf: (text: string) => object
  /** Of the contexts that live. They say nothing of anybody, and neither do these. */
  readonly #pieces = new WeakMap<ViewContext, readonly [before: string, after: string]>()

  /** @param dataOf what the partial is rendered with; it shows the text once */
  constructor(name: string, dataOf: (text: string) => object) {
    this.#name = name
    this.#dataOf = dataOf
  }

  /**
   * The partial with a text, which is not escaped.
   * @param text made by this server, of letters, digits and signs that mean nothing in HTML
   */
  render(context: ViewContext, text: string): string {
    let pieces = this.#pieces.get(context)
    if (pieces === undefined) {
      pieces = this.#cut(context)
      this.#pieces.set(context, pieces)
    }
    return pieces[0] + text + pieces[1]
  }

  #cut(context: ViewContext): readonly [string, string] {
    const [before, after, ...more] = renderPartial(this.#name, context, this.#dataOf(mark)).split(mark)
    if (before === undefined || after === undefined || more.length > 0) {
      throw new Error(`The partial ${this.#name} does not show its text once`)
    }
    return [before, after]
  }
}
