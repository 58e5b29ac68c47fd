import { type ChosenPicture, choosePicture, forgetPicture, previewOf, type Reading } from './chosen-picture.js'
import { type Entry, pictureAlone } from './outbox-entry.js'
import type { PageOutbox } from './page-outbox.js'
import { PictureBubbles, unreadableWords } from './picture-bubbles.js'
import type { UnreadableFile } from './picture-file.js'

interface Item {
  readonly element: HTMLElement
  readonly alt: HTMLInputElement
  readonly reading: Reading
}

interface PictureFormParts {
  readonly composer: HTMLFormElement
  readonly panel: HTMLElement
  readonly content: HTMLTextAreaElement
  readonly outbox: PageOutbox
}

/** The pictures that are chosen and not sent, above the composer, each with the field for its description. */
export class PictureForm {
  readonly #composer: HTMLFormElement
  readonly #panel: HTMLElement
  readonly #content: HTMLTextAreaElement
  readonly #outbox: PageOutbox
  readonly #bubbles: PictureBubbles
  /** An item without a picture. */
  readonly #pattern: Node | undefined
  #items: readonly Item[] = []
  #lastNumber = 0
  /** One after another: to read a large picture takes much memory. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor({ composer, panel, content, outbox }: PictureFormParts) {
    this.#composer = composer
    this.#panel = panel
    this.#content = content
    this.#outbox = outbox
    this.#bubbles = new PictureBubbles(composer, outbox)
    this.#pattern = panel.querySelector('.chosen')?.cloneNode(true)
    outbox.giveBackPicture = entry => this.#takeBack(entry)
    // Before the composer's own listener, which sends text alone.
    composer.addEventListener('submit', event => this.#send(event), { capture: true })
    panel.addEventListener('input', () => this.#tell())
    panel.addEventListener('click', event => this.#click(event))
  }

  add(files: readonly File[]): void {
    this.#refuse('')
    const { maxWidth = 0, maxHeight = 0, quality = 0 } = this.#panel.dataset
    const limits = { maxWidth: Number(maxWidth), maxHeight: Number(maxHeight), quality: Number(quality) / 100 }
    for (const file of files) {
      const read = () => choosePicture(file, limits)
      const reading = this.#turn.then(read, read)
      this.#turn = reading
      this.#append(reading, this.#outbox.pictures.takeLost())
    }
    if (!document.activeElement?.matches('textarea, [name=alt]')) this.#content.focus()
  }

  /**
   * A message is written again, and its picture with it, unless the picture itself was refused.
   * @returns whether nothing has to be chosen again
   */
  #takeBack({ nonce, alt = '', state, isUploaded }: Entry): boolean {
    if (this.#bubbles.isUnreadable(nonce)) return true
    if (state === 'refused' && !isUploaded) return false
    const reading = this.#bubbles.takePicture(nonce)
    if (reading) this.#append(reading, alt)
    return reading !== undefined
  }

  #append(reading: Reading, description: string): void {
    const element = this.#pattern?.cloneNode(true)
    const alt = element instanceof HTMLElement ? element.querySelector('input[name=alt]') : null
    if (!(element instanceof HTMLElement && alt instanceof HTMLInputElement)) return
    this.#lastNumber += 1
    alt.id = `alt-${this.#lastNumber}`
    alt.value = description
    element.querySelector('label')?.setAttribute('for', alt.id)
    element.querySelector('.preview')?.replaceChildren()
    const item = { element, alt, reading }
    this.#change([...this.#items, item])
    void reading.then(picture => this.#show(item, picture))
  }

  #show(item: Item, picture: ChosenPicture | UnreadableFile): void {
    if (!this.#items.includes(item)) return
    if ('url' in picture) {
      item.element.querySelector('.preview')?.replaceChildren(previewOf(picture))
      return
    }
    this.#remove(item)
    // What was written of it is kept for the next that is chosen.
    if (item.alt.value) this.#outbox.pictures.lose([pictureAlone(item.alt.value)])
    this.#refuse(unreadableWords(picture))
  }

  #remove(item: Item): void {
    const hasFocus = item.element.contains(document.activeElement)
    this.#change(this.#items.filter(each => each !== item))
    if (hasFocus) this.#content.focus()
    void forgetPicture(item.reading)
  }

  #change(items: readonly Item[]): void {
    this.#items = items
    const shown = [...this.#panel.children]
    for (const child of shown) if (!items.some(({ element }) => element === child)) child.remove()
    for (const { element } of items) if (!shown.includes(element)) this.#panel.append(element)
    const position = this.#panel.dataset.position ?? ''
    for (const [index, { element }] of items.entries()) {
      const isOneOfMany = items.length > 1
      const name = position.replace('#', String(index + 1)).replace('*', String(items.length))
      element.ariaLabel = isOneOfMany ? name : null
      element.querySelector('.position')?.replaceChildren(isOneOfMany ? name : '')
      // What all of them are for is read once.
      element.querySelector('label')?.classList.toggle('ear', index > 0)
    }
    this.#composer.toggleAttribute('data-chosen', items.length > 0)
    this.#tell()
  }

  /** Says what would be lost with the page. */
  #tell(): void {
    this.#outbox.pictures.choose(this.#items.map(({ alt }) => alt.value))
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

  #click({ target }: Event): void {
    const button = target instanceof Element ? target.closest('.remove') : null
    const item = this.#items.find(({ element }) => element.contains(button))
    if (button && item) this.#remove(item)
  }

  /** Sends all of them, the words with the first. A text that is too long stays with its pictures. */
  #send(event: Event): void {
    this.#refuse('')
    const items = this.#items
    if (items.length === 0) return
    event.preventDefault()
    event.stopImmediatePropagation()
    let text = this.#content.value
    const { max, tooLong = '' } = this.#composer.dataset
    if (text.length > Number(max)) {
      this.#refuse(tooLong)
      return
    }
    this.#content.value = ''
    for (const { reading, alt } of items) {
      this.#bubbles.add(reading, { alt: alt.value, text })
      text = ''
    }
    this.#change([])
    this.#content.focus()
  }
}
