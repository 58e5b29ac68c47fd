import type { LiveLine } from './connection.js'

/** A nonce without crypto.randomUUID, which plain http does not have. */
function makeNonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), byte => byte.toString(16).padStart(2, '0')).join('')
}

/** Turns the composer's text into bubbles that send themselves, one at a time and in order. */
export function watchComposer(live: HTMLElement, line: LiveLine): void {
  const composer = document.getElementById('composer')
  const content = document.getElementById('content')
  const template = document.getElementById('pending')
  const outbox = document.getElementById('outbox')
  const messages = document.getElementById('messages')
  if (!(composer instanceof HTMLFormElement && content instanceof HTMLTextAreaElement && outbox && messages)) return
  if (!(template instanceof HTMLTemplateElement)) return
  let inFlight: Element | null = null

  /** Sends the first bubble. One that was refused holds back those behind it. */
  const pump = () => {
    if (inFlight && !inFlight.isConnected) inFlight = null
    const first = outbox.firstElementChild
    const form = first?.querySelector('form')
    const isReady = first?.querySelector<HTMLElement>('article')?.dataset.status === 'sending'
    if (!first || !form || !isReady || inFlight || !line.isOpen()) return
    inFlight = first
    htmx.trigger(form, 'outbox:send')
  }

  const enqueue = (text: string) => {
    const bubble = template.content.firstElementChild?.cloneNode(true)
    if (!(bubble instanceof HTMLElement)) return
    const nonce = makeNonce()
    bubble.id = `p-${nonce}`
    const shown = bubble.querySelector('.text')
    if (shown) shown.textContent = text
    for (const input of bubble.querySelectorAll('input')) input.value = input.name === 'nonce' ? nonce : text
    outbox.append(bubble)
    htmx.process(bubble)
    messages.scrollTop = messages.scrollHeight
    pump()
  }

  composer.addEventListener('submit', event => {
    event.preventDefault()
    const text = content.value
    content.focus()
    if (!text.trim()) return
    content.value = ''
    enqueue(text)
  })
  content.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return
    event.preventDefault()
    composer.requestSubmit()
  })
  outbox.addEventListener('click', event => {
    const article = event.target instanceof Element && event.target.closest('.again')?.closest('article')
    if (!article) return
    article.dataset.status = 'sending'
    inFlight = null
    content.focus()
    pump()
  })
  live.addEventListener('htmx:ws:after:message:incoming', pump)
  live.addEventListener('htmx:ws:after:connection', () => {
    inFlight = null
    const first = outbox.querySelector<HTMLElement>('article')
    if (first?.dataset.status === 'waiting') first.dataset.status = 'sending'
    pump()
  })
}
