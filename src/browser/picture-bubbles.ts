import { makeNonce } from './nonce.js'
import type { PageOutbox } from './page-outbox.js'
import type { UnreadableFile } from './picture-file.js'
import { type RunningUpload, upload } from './upload.js'

/** What is sent with a picture. */
export interface Words {
  readonly alt: string
  readonly text: string
}

/** A picture as it is sent, or a file that can't be. */
export type ReadPicture = Promise<Blob | UnreadableFile>

interface Outgoing {
  readonly alt: string
  readonly blob: ReadPicture
  isUnreadable: boolean
  running: RunningUpload | null
  /** An object URL of the blob; '' until it is shown. */
  url: string
}

/** Uploads the pictures of the outbox's messages, and shows each and how far it has come in the bubble of its message. */
export class PictureBubbles {
  readonly #composer: HTMLFormElement
  readonly #outbox: PageOutbox
  /** By the nonces of their messages. */
  readonly #outgoing = new Map<string, Outgoing>()

  constructor(composer: HTMLFormElement, outbox: PageOutbox) {
    this.#composer = composer
    this.#outbox = outbox
    outbox.upload = nonce => void this.#upload(nonce)
    const place = document.getElementById('outbox')
    if (place) new MutationObserver(() => this.#forgetSent()).observe(place, { childList: true })
  }

  /** Adds a message whose upload begins at once. */
  add(blob: ReadPicture, { alt, text }: Words): void {
    const nonce = makeNonce()
    this.#outgoing.set(nonce, { alt, blob, isUnreadable: false, running: null, url: '' })
    this.#outbox.addPicture(nonce, text, alt)
    const part = uploadPart()?.cloneNode(true)
    if (part) bubbleOf(nonce)?.querySelector('article')?.prepend(part)
  }

  /** The file of a message that is not sent, as long as this page has it. */
  pictureOf(nonce: string): ReadPicture | undefined {
    return this.#outgoing.get(nonce)?.blob
  }

  /** Whether the file of a message that is not sent is no picture, so that choosing it again would not help. */
  isUnreadable(nonce: string): boolean {
    return this.#outgoing.get(nonce)?.isUnreadable ?? false
  }

  async #upload(nonce: string): Promise<void> {
    const outgoing = this.#outgoing.get(nonce)
    if (!outgoing) return
    const blob = await outgoing.blob
    // It may have been called off meanwhile.
    if (this.#outgoing.get(nonce) !== outgoing) return
    if (!(blob instanceof Blob)) {
      outgoing.isUnreadable = true
      return this.#refuse(nonce, unreadableWords(blob))
    }
    this.#preview(nonce, outgoing, blob)
    outgoing.running = upload(
      this.#composer.action.replace(/messages$/, 'images'),
      this.#formOf(blob, outgoing.alt),
      share => {
        const progress = bubbleOf(nonce)?.querySelector('progress')
        if (progress) progress.value = share
      },
    )
    const result = await outgoing.running.result
    outgoing.running = null
    if (result === 'cancelled') return
    if ('imageId' in result) this.#outbox.uploaded(nonce, result.imageId)
    else if (result.isFinal) this.#refuse(nonce, result.message)
    else if (result.retryAfterMs > 0) {
      this.#outbox.answer(nonce, { state: 'waiting', retryAt: Date.now() + result.retryAfterMs })
    } else this.#outbox.answer(nonce, { state: 'failed', reason: result.message || pictureWords('broken') })
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

  #preview(nonce: string, outgoing: Outgoing, blob: Blob): void {
    const image = bubbleOf(nonce)?.querySelector<HTMLImageElement>('.preview')
    if (!image) return
    outgoing.url ||= URL.createObjectURL(blob)
    image.src = outgoing.url
  }

  /** What has left the outbox is sent or called off: nothing of it stays in this page's memory. */
  #forgetSent(): void {
    for (const [nonce, { running, url }] of this.#outgoing) {
      if (bubbleOf(nonce)) continue
      running?.cancel()
      URL.revokeObjectURL(url)
      this.#outgoing.delete(nonce)
    }
  }
}

/** The part of a bubble that a picture needs, as the page's template has it. */
function uploadPart(): HTMLElement | null {
  const template = document.getElementById('upload')
  const part = template instanceof HTMLTemplateElement && template.content.firstElementChild
  return part instanceof HTMLElement ? part : null
}

const pictureWords = (name: 'unreadable' | 'foreign' | 'broken'): string => uploadPart()?.dataset[name] ?? ''

/** Why a file cannot be sent, in the reader's words. */
export function unreadableWords({ format }: UnreadableFile): string {
  return format ? pictureWords('foreign').replace('#', format) : pictureWords('unreadable')
}

const bubbleOf = (nonce: string): HTMLElement | null => document.getElementById(`p-${nonce}`)
