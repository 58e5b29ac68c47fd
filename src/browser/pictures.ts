/** Sends pictures and shows them large. A script of its own, loaded with the first that is chosen or opened. */
import type { PageOutbox } from './page-outbox.js'
import { PictureBubbles } from './picture-bubbles.js'
import { shrink } from './shrinking.js'

interface Chosen {
  readonly blob: Promise<Blob>
  url: string
}

interface PictureFormParts {
  readonly composer: HTMLFormElement
  readonly panel: HTMLElement
  readonly alt: HTMLInputElement
  readonly content: HTMLTextAreaElement
  readonly outbox: PageOutbox
}

/** The pictures that have no description yet, shown one at a time above the composer. */
class PictureForm {
  readonly #composer: HTMLFormElement
  readonly #panel: HTMLElement
  readonly #alt: HTMLInputElement
  readonly #content: HTMLTextAreaElement
  readonly #bubbles: PictureBubbles
  #waiting: File[] = []
  #current: Chosen | null = null

  constructor({ composer, panel, alt, content, outbox }: PictureFormParts) {
    this.#composer = composer
    this.#panel = panel
    this.#alt = alt
    this.#content = content
    this.#bubbles = new PictureBubbles(composer, outbox)
    panel.querySelector('.remove')?.addEventListener('click', () => this.#showNext())
    // Before the composer's own listener, which sends text alone.
    composer.addEventListener('submit', event => this.#send(event), { capture: true })
    alt.addEventListener('keydown', event => {
      if (event.key !== 'Enter' || event.isComposing) return
      event.preventDefault()
      composer.requestSubmit()
    })
  }

  add(files: readonly File[]): void {
    this.#waiting.push(...files)
    for (const input of this.#composer.querySelectorAll<HTMLInputElement>('[type=file]')) input.value = ''
    if (this.#current) this.#count()
    else this.#showNext()
    this.#alt.focus()
  }

  #showNext(): void {
    if (this.#current) URL.revokeObjectURL(this.#current.url)
    this.#alt.value = ''
    this.#panel.querySelector('.preview')?.replaceChildren()
    const file = this.#waiting.shift()
    this.#composer.toggleAttribute('data-chosen', Boolean(file))
    this.#current = file ? this.#show(file) : null
    this.#count()
    ;(file ? this.#alt : this.#content).focus()
  }

  #show(file: File): Chosen {
    const { maxWidth = 0, maxHeight = 0, quality = 0 } = this.#panel.dataset
    const limits = { maxWidth: Number(maxWidth), maxHeight: Number(maxHeight), quality: Number(quality) / 100 }
    const chosen: Chosen = { blob: shrink(file, limits), url: '' }
    void chosen.blob.then(blob => {
      if (this.#current !== chosen) return
      chosen.url = URL.createObjectURL(blob)
      const image = new Image()
      image.alt = ''
      image.src = chosen.url
      this.#panel.querySelector('.preview')?.replaceChildren(image)
    })
    return chosen
  }

  #count(): void {
    const queue = this.#panel.querySelector<HTMLElement>('.queue')
    const count = this.#waiting.length
    if (queue) queue.textContent = count ? (queue.dataset.text ?? '').replace('#', String(count)) : ''
  }

  #send(event: Event): void {
    if (!this.#current) return
    event.preventDefault()
    event.stopImmediatePropagation()
    const text = this.#content.value
    this.#content.value = ''
    this.#bubbles.add(this.#current.blob, { alt: this.#alt.value, text })
    this.#showNext()
  }
}

export { view } from './viewer.js'

let form: PictureForm | null = null

/** Asks for the description of each picture, one after another, and sends them. */
export function choose(composer: HTMLFormElement, outbox: PageOutbox, files: readonly File[]): void {
  const panel = composer.querySelector<HTMLElement>('.picture-form')
  const alt = composer.querySelector<HTMLInputElement>('#alt')
  const content = composer.querySelector<HTMLTextAreaElement>('#content')
  if (!form && panel && alt && content) form = new PictureForm({ composer, panel, alt, content, outbox })
  form?.add(files)
}
