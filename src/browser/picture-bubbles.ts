import { makeNonce } from './nonce.js'
import { type RunningUpload, upload } from './upload.js'

/** What is sent with a picture. */
export interface Words {
  readonly alt: string
  readonly text: string
}

interface Outgoing extends Words {
  readonly nonce: string
  readonly blob: Promise<Blob>
  running: RunningUpload | null
  url: string
}

/**
 * Pictures on their way. Each is a bubble of the outbox like any other, which holds back those behind it until its
 * upload is over; then it sends itself, with the picture's id.
 */
export class PictureBubbles {
  readonly #composer: HTMLFormElement
  readonly #outgoing = new Map<string, Outgoing>()
  readonly #outbox = document.getElementById('outbox')

  constructor(composer: HTMLFormElement) {
    this.#composer = composer
    if (!this.#outbox) return
    new MutationObserver(() => this.#forgetSent()).observe(this.#outbox, { childList: true })
    // Before the composer's own listener, which would send the bubble without its picture.
    this.#outbox.addEventListener('click', event => this.#click(event), { capture: true })
  }

  /** Adds a bubble and begins its upload. */
  add(blob: Promise<Blob>, words: Words): void {
    const bubble = cloneOf('pending')
    const part = cloneOf('upload')
    if (!bubble || !part || !this.#outbox) return
    const outgoing: Outgoing = { ...words, nonce: makeNonce(), blob, running: null, url: '' }
    bubble.id = `p-${outgoing.nonce}`
    bubble.querySelector('article')?.prepend(part)
    bubble.querySelector('.text')?.append(words.text)
    setField(bubble, 'content', words.text)
    setField(bubble, 'nonce', outgoing.nonce)
    this.#outgoing.set(outgoing.nonce, outgoing)
    this.#outbox.append(bubble)
    htmx.process(bubble)
    const messages = document.getElementById('messages')
    if (messages) messages.scrollTop = 0
    void this.#upload(outgoing)
    this.#outbox.dispatchEvent(new Event('outbox:changed'))
  }

  async #upload(outgoing: Outgoing): Promise<void> {
    setStatus(outgoing, 'uploading')
    bubbleOf(outgoing)?.classList.remove('refused')
    const blob = await outgoing.blob
    this.#preview(outgoing, blob)
    const form = new FormData()
    form.set('_csrf', new FormData(this.#composer).get('_csrf') ?? '')
    form.set('alt', outgoing.alt)
    // A name that tells nothing; the server looks at what is inside.
    form.set('image', blob, 'picture')
    outgoing.running = upload(this.#composer.action.replace(/messages$/, 'images'), form, share => {
      const progress = bubbleOf(outgoing)?.querySelector('progress')
      if (progress) progress.value = share
    })
    const result = await outgoing.running.result
    outgoing.running = null
    const bubble = bubbleOf(outgoing)
    if (!bubble || result === 'cancelled') return
    if ('imageId' in result) {
      setField(bubble, 'imageId', result.imageId)
      setStatus(outgoing, 'sending')
      this.#outbox?.dispatchEvent(new Event('outbox:changed'))
    } else if (result.retryAfterMs > 0) {
      setStatus(outgoing, 'waiting')
      setTimeout(() => bubbleOf(outgoing) && void this.#upload(outgoing), result.retryAfterMs)
    } else fail(outgoing, result.message)
  }

  #preview(outgoing: Outgoing, blob: Blob): void {
    const image = bubbleOf(outgoing)?.querySelector<HTMLImageElement>('.preview')
    if (!image) return
    outgoing.url ||= URL.createObjectURL(blob)
    image.src = outgoing.url
  }

  #click(event: Event): void {
    const button = event.target instanceof Element ? event.target.closest('button') : null
    const outgoing = this.#outgoing.get(button?.closest('.pending')?.id.slice(2) ?? '')
    if (!button || !outgoing) return
    if (button.matches('.cancel')) {
      bubbleOf(outgoing)?.remove()
      this.#outbox?.dispatchEvent(new Event('outbox:changed'))
      document.getElementById('content')?.focus()
    }
    if (button.matches('.again')) {
      event.stopImmediatePropagation()
      void this.#upload(outgoing)
      document.getElementById('content')?.focus()
    }
  }

  /** What has left the outbox is sent or called off: nothing of it stays in this page's memory. */
  #forgetSent(): void {
    for (const [nonce, outgoing] of this.#outgoing) {
      if (bubbleOf(outgoing)) continue
      outgoing.running?.cancel()
      URL.revokeObjectURL(outgoing.url)
      this.#outgoing.delete(nonce)
    }
  }
}

function cloneOf(templateId: string): HTMLElement | null {
  const template = document.getElementById(templateId)
  const clone = template instanceof HTMLTemplateElement && template.content.firstElementChild?.cloneNode(true)
  return clone instanceof HTMLElement ? clone : null
}

function bubbleOf({ nonce }: Pick<Outgoing, 'nonce'>): HTMLElement | null {
  return document.getElementById(`p-${nonce}`)
}

function setField(bubble: HTMLElement, name: string, value: string): void {
  const input = bubble.querySelector<HTMLInputElement>(`input[name="${name}"]`)
  if (input) input.value = value
}

function setStatus(outgoing: Outgoing, status: string): void {
  const article = bubbleOf(outgoing)?.querySelector<HTMLElement>('article')
  if (article) article.dataset.status = status
}

function fail(outgoing: Outgoing, message: string): void {
  const bubble = bubbleOf(outgoing)
  const { failed = '', broken = '' } = bubble?.querySelector<HTMLElement>('.upload')?.dataset ?? {}
  setStatus(outgoing, 'failed')
  // What the server will never take stands aside; a network that failed may come back.
  bubble?.classList.toggle('refused', message !== '')
  bubble?.querySelector('.failed')?.replaceChildren(failed)
  bubble?.querySelector('.reason')?.replaceChildren(message || broken)
}
