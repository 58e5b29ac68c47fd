import { Bubbles } from './bubbles.js'
import type { LiveConnection } from './connection.js'
import { Drafts } from './drafts.js'
import { Outbox } from './outbox.js'
import { PageOutbox } from './page-outbox.js'
import type { SealedStorage } from './sealed-storage.js'
import { watchSendKey } from './send-key.js'

/**
 * Turns the composer's text into messages of the outbox, which it returns; undefined on a page without a composer.
 * @param opening what the tab keeps; what is sent before it is open waits for it
 */
export function watchComposer(
  live: HTMLElement,
  connection: LiveConnection,
  opening: Promise<SealedStorage>,
): Promise<PageOutbox> | undefined {
  const composer = document.getElementById('composer')
  const content = document.getElementById('content')
  const template = document.getElementById('pending')
  const place = document.getElementById('outbox')
  const messages = document.getElementById('messages')
  const list = document.getElementById('list')
  const isWhole = place && messages && list && template instanceof HTMLTemplateElement
  if (!(isWhole && composer instanceof HTMLFormElement && content instanceof HTMLTextAreaElement)) return undefined
  const { max, tooLong = '' } = composer.dataset
  const outbox = new Outbox({ refusalOf: text => (text.length > Number(max) ? tooLong : '') })
  const bubbles = new Bubbles(place, template, list)
  const ready = opening.then(storage => {
    const drafts = new Drafts(live.dataset.draft ?? '', storage)
    content.addEventListener('input', () => drafts.write(content.value))
    return new PageOutbox({ live, connection, outbox, bubbles, drafts, storage, place, messages, content })
  })

  const files = [...composer.querySelectorAll<HTMLInputElement>('[type=file]')]
  composer.addEventListener('submit', event => {
    event.preventDefault()
    const text = content.value
    // Of a form that was posted before this script was there, and refused for its text.
    const uploaded = composer.querySelector<HTMLInputElement>('[name=imageId]')
    const alt = composer.querySelector<HTMLInputElement>('#alt')
    content.focus()
    // A picture that was chosen before its script was there: the words must not go without it.
    if (files.some(input => input.files?.length)) return void ready.then(() => composer.requestSubmit())
    if (!text.trim() && !uploaded) return
    const written = { text, imageId: uploaded?.value ?? '', alt: uploaded ? alt?.value : undefined }
    content.value = ''
    uploaded?.parentElement?.replaceChildren()
    if (alt) alt.value = ''
    void ready.then(page => page.add(written))
  })
  watchSendKey(composer, content)
  return ready
}
