import { shapeOf } from '../picture-size.js'
import { type ChosenPicture, forgetPicture, type Reading } from './chosen-picture.js'
import { makeNonce } from './nonce.js'
import type { PageOutbox } from './page-outbox.js'
import type { UnreadableFile } from './picture-file.js'
import { type RunningUpload, upload } from './upload.js'

/** What is sent with a picture. */
export interface Words {
  readonly alt: string
  readonly text: string
}

interface Outgoing {
  readonly alt: string
  readonly reading: Reading
  /** What its bubble shows of it and of its upload. */
  readonly part: HTMLElement | null
  isUnreadable: boolean
  isUploaded: boolean
  running: RunningUpload | null
}

/** A message whose picture is uploaded is in the list within this time after it has left the outbox. */
const arrivalMs = 10_000

/** Uploads the pictures of the outbox's messages, and shows each and how far it has come in the bubble of its message. */
export class PictureBubbles {
  readonly #composer: HTMLFormElement
  readonly #outbox: PageOutbox
  /** By the nonces of their messages. */
  readonly #outgoing = new Map<string, Outgoing>()
  /** One upload after another, so that over a slow line the first is there first. */
  #turn = Promise.resolve()

  constructor(composer: HTMLFormElement, outbox: PageOutbox) {
    this.#composer = composer
    this.#outbox = outbox
    outbox.upload = nonce => {
      const last = this.#turn
      this.#turn = new Promise(resolve => void last.then(() => this.#upload(nonce)).finally(resolve))
    }
    const observer = new MutationObserver(() => this.#follow())
    for (const id of ['outbox', 'list']) {
      const place = document.getElementById(id)
      if (place) observer.observe(place, { childList: true })
    }
  }

  /** Adds a message whose upload begins when those before it have ended. */
  add(reading: Reading, { alt, text }: Words): void {
    const nonce = makeNonce()
    const copy = uploadPart()?.cloneNode(true)
    const part = copy instanceof HTMLElement ? copy : null
    this.#outgoing.set(nonce, { alt, reading, part, isUnreadable: false, isUploaded: false, running: null })
    void reading.then(picture => part && 'url' in picture && showPicture(part, picture))
    this.#outbox.addPicture(nonce, text, alt)
    keepShown(nonce, part)
  }

  /** The picture of a message that has left the outbox unsent, which this page has; it is not kept here any more. */
  takePicture(nonce: string): Reading | undefined {
    const outgoing = this.#outgoing.get(nonce)
    this.#outgoing.delete(nonce)
    outgoing?.running?.cancel()
    return outgoing?.reading
  }

  /** Whether the file of a message that is not sent is no picture, so that choosing it again would not help. */
  isUnreadable(nonce: string): boolean {
    return this.#outgoing.get(nonce)?.isUnreadable ?? false
  }

  async #upload(nonce: string): Promise<void> {
    const outgoing = this.#outgoing.get(nonce)
    if (!outgoing) return
    const picture = await outgoing.reading
    // It may have been called off meanwhile.
    if (this.#outgoing.get(nonce) !== outgoing) return
    if (!('url' in picture)) {
      outgoing.isUnreadable = true
      return this.#refuse(nonce, unreadableWords(picture))
    }
    const progress = outgoing.part?.querySelector('progress')
    outgoing.running = upload(
      this.#composer.action.replace(/messages$/, 'images'),
      this.#formOf(picture.blob, outgoing.alt),
      share => {
        if (progress) progress.value = share
      },
    )
    const result = await outgoing.running.result
    outgoing.running = null
    if (result === 'cancelled') return
    if ('imageId' in result) {
      outgoing.isUploaded = true
      this.#outbox.uploaded(nonce, result.imageId)
    } else if (result.isFinal) this.#refuse(nonce, result.message)
    else if (result.retryAfterMs > 0) {
      this.#outbox.answer(nonce, { state: 'waiting', retryAt: Date.now() + result.retryAfterMs })
    } else this.#outbox.answer(nonce, { state: 'failed', reason: result.message || wordsOf('broken') })
  }

  /** The picture can never be sent; its words can, without it. */
  #refuse(nonce: string, reason: string): void {
    bubbleOf(nonce)?.querySelector('.again')?.remove()
    this.#outbox.answer(nonce, { state: 'refused', reason })
  }

  #formOf(image: Blob, alt: string): FormData {
    const form = new FormData()
    form.set('_csrf', new FormData(this.#composer).get('_csrf') ?? '')
    form.set('alt', alt)
    // A name that tells nothing; the server looks at what is inside.
    form.set('image', image, 'picture')
    return form
  }

  /** Looks after each picture while its bubble is changed, becomes a message of the list, or goes. */
  #follow(): void {
    for (const [nonce, outgoing] of this.#outgoing) {
      const article = document.querySelector(`#list [data-nonce="${nonce}"]`)
      if (article) {
        this.#outgoing.delete(nonce)
        coverUntilLoaded(article, outgoing)
      } else if (this.#outbox.has(nonce)) keepShown(nonce, outgoing.part)
      else if (outgoing.isUploaded) setTimeout(() => this.#forget(nonce), arrivalMs)
      else this.#forget(nonce)
    }
  }

  /** What is sent or called off leaves nothing in this page's memory. */
  #forget(nonce: string): void {
    const outgoing = this.#outgoing.get(nonce)
    if (!outgoing || this.#outbox.has(nonce)) return
    this.#outgoing.delete(nonce)
    outgoing.running?.cancel()
    void forgetPicture(outgoing.reading)
  }
}

/** The part of a bubble that a picture needs, as the page's template has it. */
function uploadPart(): HTMLElement | null {
  const template = document.getElementById('upload')
  const part = template instanceof HTMLTemplateElement && template.content.firstElementChild
  return part instanceof HTMLElement ? part : null
}

function showPicture(part: HTMLElement, { url, width, height }: ChosenPicture): void {
  const image = part.querySelector('img')
  if (!image) return
  image.width = width
  image.height = height
  const shape = shapeOf({ width, height })
  if (shape) image.classList.add(shape)
  image.src = url
}

/** Shows a picture in the bubble of its message. An answer of the server is another bubble, which would load it from there. */
function keepShown(nonce: string, part: HTMLElement | null): void {
  const loaded = bubbleOf(nonce)?.querySelector('article > .preview')
  if (!part || !loaded || loaded.parentElement === part.parentElement) return
  loaded.removeAttribute('src')
  loaded.before(part)
}

/** Leaves the picture that was shown all along on that of the message until the server's can be shown. */
function coverUntilLoaded(article: Element, { part, reading }: Outgoing): void {
  const link = article.querySelector('.picture')
  const image = link?.querySelector('img')
  const cover = part?.querySelector('.preview')
  const end = () => {
    cover?.remove()
    link?.removeAttribute('hx-morph-skip')
    void forgetPicture(reading)
  }
  if (link && image && cover) {
    link.append(cover)
    // A tick that changes must not take it away.
    link.setAttribute('hx-morph-skip', '')
    image.loading = 'eager'
    // It fails if the message goes before.
    image.decode().then(end, end)
  } else end()
}

const wordsOf = (name: 'unreadable' | 'foreign' | 'broken'): string => uploadPart()?.dataset[name] ?? ''

/** Why a file cannot be sent, in the reader's words. */
export function unreadableWords({ format }: UnreadableFile): string {
  return format ? wordsOf('foreign').replace('#', format) : wordsOf('unreadable')
}

const bubbleOf = (nonce: string): HTMLElement | null => document.getElementById(`p-${nonce}`)
