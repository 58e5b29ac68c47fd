import { Bubbles } from './bubbles.js'
import type { LiveConnection } from './connection.js'
import { Drafts } from './drafts.js'
import { Outbox } from './outbox.js'
import { PageOutbox } from './page-outbox.js'
import type { SealedStorage } from './sealed-storage.js'

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
  const isWhole = place && messages && template instanceof HTMLTemplateElement
  if (!(isWhole && composer instanceof HTMLFormElement && content instanceof HTMLTextAreaElement)) return undefined
  const { max, tooLong = '' } = composer.dataset
  const outbox = new Outbox({ refusalOf: text => (text.length > Number(max) ? tooLong : '') })
  const bubbles = new Bubbles(place, template)
  const ready = opening.then(storage => {
    const drafts = new Drafts(live.dataset.draft ?? '', storage)
    content.addEventListener('input', () => drafts.write(content.value))
    return new PageOutbox({ live, connection, outbox, bubbles, drafts, place, messages, content })
  })

  // The keyboard on a screen has no Shift and Enter, and no Ctrl.
  const onScreen = matchMedia('(pointer: coarse)')
  const { sendKey } = composer.dataset
  const enterSends = () => sendKey === 'enter' || (sendKey === 'auto' && !onScreen.matches)
  const nameEnter = () => {
    content.enterKeyHint = enterSends() ? 'send' : 'enter'
  }
  nameEnter()
  onScreen.addEventListener('change', nameEnter)
  composer.addEventListener('submit', event => {
    event.preventDefault()
    const text = content.value
    content.focus()
    if (!text.trim()) return
    content.value = ''
    void ready.then(page => page.add(text))
  })
  content.addEventListener('keydown', event => {
    // 229 is what a key of an input method says where `isComposing` is not set.
    if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229) return
    if (enterSends() ? event.shiftKey : !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    composer.requestSubmit()
  })
  return ready
}
