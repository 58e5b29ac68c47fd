/** Sends pictures and shows them large. A script of its own, loaded with the first that is chosen or opened. */
import type { Entry } from './outbox-entry.js'
import type { PageOutbox } from './page-outbox.js'
import { PictureBubbles, type ReadPicture, unreadableWords } from './picture-bubbles.js'
import { readPicture } from './picture-file.js'

interface Waiting {
  /** Reads the picture, not before its turn: a large one takes much memory. */
  readonly read: () => ReadPicture
  readonly alt: string
}

interface Chosen {
  readonly blob: ReadPicture
  url: string
}

interface PictureFormParts {
  readonly composer: HTMLFormElement
  readonly panel: HTMLElement
  readonly alt: HTMLInputElement
  readonly content: HTMLTextAreaElement
  readonly outbox: PageOutbox
}

/** The pictures that are not sent yet, shown one at a time above the composer with the field for its description. */
class PictureForm {
  readonly #composer: HTMLFormElement
  readonly #panel: HTMLElement
  readonly #alt: HTMLInputElement
  readonly #content: HTMLTextAreaElement
  readonly #outbox: PageOutbox
  readonly #bubbles: PictureBubbles
  #waiting: Waiting[] = []
  #current: Chosen | null = null

  constructor({ composer, panel, alt, content, outbox }: PictureFormParts) {
    this.#composer = composer
    this.#panel = panel
    this.#alt = alt
    this.#content = content
    this.#outbox = outbox
    this.#bubbles = new PictureBubbles(composer, outbox)
    outbox.giveBackPicture = entry => this.#takeBack(entry)
    panel.querySelector('.remove')?.addEventListener('click', () => this.#showNext())
    // Before the composer's own listener, which sends text alone.
    composer.addEventListener('submit', event => this.#send(event), { capture: true })
    alt.addEventListener('input', () => this.#tell())
  }

  add(files: readonly File[]): void {
    this.#refuse('')
    const { maxWidth = 0, maxHeight = 0, quality = 0 } = this.#panel.dataset
    const limits = { maxWidth: Number(maxWidth), maxHeight: Number(maxHeight), quality: Number(quality) / 100 }
    for (const file of files)
      this.#queue({ read: () => readPicture(file, limits), alt: this.#outbox.pictures.takeLost() })
  }

  /**
   * A message is written anew, and its picture with it, unless the picture itself was refused.
   * @returns whether nothing has to be chosen again
   */
  #takeBack({ nonce, alt = '', state, isUploaded }: Entry): boolean {
    if (this.#bubbles.isUnreadable(nonce)) return true
    const blob = this.#bubbles.pictureOf(nonce)
    if (!blob || (state === 'refused' && !isUploaded)) return false
    this.#queue({ read: () => blob, alt })
    return true
  }

  #queue(picture: Waiting): void {
    this.#waiting.push(picture)
    if (this.#current) this.#tell()
    else this.#showNext()
  }

  #showNext(): void {
    if (this.#current) URL.revokeObjectURL(this.#current.url)
    this.#panel.querySelector('.preview')?.replaceChildren()
    const next = this.#waiting.shift()
    this.#alt.value = next?.alt ?? ''
    this.#composer.toggleAttribute('data-chosen', Boolean(next))
    this.#current = next ? this.#show(next) : null
    this.#tell()
    ;(next ? this.#alt : this.#content).focus()
  }

  #show({ read }: Waiting): Chosen {
    const chosen: Chosen = { blob: read(), url: '' }
    void chosen.blob.then(blob => {
      if (this.#current !== chosen) return
      if (blob instanceof Blob)
        return this.#panel.querySelector('.preview')?.replaceChildren(this.#preview(chosen, blob))
      this.#showNext()
      this.#refuse(unreadableWords(blob))
    })
    return chosen
  }

  /** Says why a file that was chosen is not any more; '' for nothing to say. */
  #refuse(reason: string): void {
    const words = document.createElement('p')
    words.className = 'notice'
    // An alert is read when it is put in whole.
    words.setAttribute('role', 'alert')
    words.textContent = reason
    this.#composer.querySelector('.refused-file')?.replaceChildren(...(reason ? [words] : []))
  }

  #preview(chosen: Chosen, blob: Blob): HTMLElement {
    chosen.url = URL.createObjectURL(blob)
    const image = new Image()
    image.alt = ''
    image.src = chosen.url
    return image
  }

  /** Says how many wait, and what would be lost with the page. */
  #tell(): void {
    const alts = this.#waiting.map(({ alt }) => alt)
    this.#outbox.pictures.choose(this.#current ? [this.#alt.value, ...alts] : [])
    const queue = this.#panel.querySelector<HTMLElement>('.queue')
    const count = alts.length
    if (queue) queue.textContent = count ? (queue.dataset.text ?? '').replace('#', String(count)) : ''
  }

  #send(event: Event): void {
    this.#refuse('')
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
