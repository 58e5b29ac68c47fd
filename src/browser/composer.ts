import type { LiveLine } from './connection.js'
import { Drafts, type Pending } from './drafts.js'
import { makeNonce } from './nonce.js'

/** After this a bubble says that it is being sent. */
const slowMs = 3000
/** After this without an answer the line is taken for dead. */
const unansweredMs = 5000
/** After this on an open line a message counts as not sent. */
const giveUpMs = 15_000
const tickMs = 500

/** Turns the composer's text into bubbles that send themselves, one at a time and in order. */
export function watchComposer(live: HTMLElement, line: LiveLine): void {
  const composer = document.getElementById('composer')
  const content = document.getElementById('content')
  const template = document.getElementById('pending')
  const outbox = document.getElementById('outbox')
  const messages = document.getElementById('messages')
  const slow = document.getElementById('slow')
  const isWhole = outbox && messages && template instanceof HTMLTemplateElement
  if (!(isWhole && composer instanceof HTMLFormElement && content instanceof HTMLTextAreaElement)) return
  const drafts = new Drafts(live.dataset.draft ?? '')
  const room = live.dataset.room ?? ''
  const writtenAt = new Map<string, number>()
  let inFlight: Element | null = null
  let goesOnTo: HTMLAnchorElement | null = null
  let sentAt = 0
  let waitedMs = 0

  const articleOf = (bubble: Element | null) => bubble?.querySelector('article')
  const statusOf = (bubble: Element | null) => articleOf(bubble)?.dataset.status
  const setStatus = (bubble: Element, status: string) => {
    const article = articleOf(bubble)
    if (article) article.dataset.status = status
    const failed = bubble.querySelector<HTMLElement>('.failed')
    failed?.replaceChildren(status === 'failed' ? (failed.dataset.words ?? '') : '')
    if (status === 'sending') bubble.querySelector('.reason')?.replaceChildren()
  }
  /** What can never be sent as it is stands aside at once, and lets what was written after it go. */
  const offer = (bubble: Element) => {
    const isTooLong = fieldOf(bubble, 'content').length > Number(composer.dataset.max)
    bubble.classList.toggle('refused', isTooLong)
    setStatus(bubble, isTooLong ? 'failed' : 'sending')
    if (isTooLong) bubble.querySelector('.reason')?.append(composer.dataset.tooLong ?? '')
  }
  const nonceOf = (bubble: Element) => bubble.id.slice(2)
  const fieldOf = (bubble: Element, name: string) =>
    bubble.querySelector<HTMLInputElement>(`[name="${name}"]`)?.value ?? ''
  const listPending = (): Pending[] =>
    Array.from(outbox.children, bubble => ({
      nonce: nonceOf(bubble),
      text: fieldOf(bubble, 'content'),
      imageId: fieldOf(bubble, 'imageId'),
      at: writtenAt.get(nonceOf(bubble)) ?? Date.now(),
    })).filter(({ text, imageId }) => text || imageId)
  /** Whatever becomes of a bubble, what is kept for a reload is what still stands there. */
  const keep = () => drafts.keep(room, listPending())
  const isTooOld = (bubble: Element) =>
    Date.now() - (writtenAt.get(nonceOf(bubble)) ?? 0) > Number(document.getElementById('presence')?.dataset.life)

  /** Sends the first bubble that may go. One that failed, or is older than a message's life, holds back those behind it. */
  const pump = () => {
    if (inFlight && !inFlight.isConnected) {
      inFlight = null
      waitedMs = 0
      goesOnTo = document.querySelector('#jump a')
    }
    // Where later messages are missing one's own is not put in: the page goes on to where it stands.
    if (goesOnTo && !outbox.firstElementChild) {
      location.assign(goesOnTo.href)
      goesOnTo = null
    }
    const first = outbox.querySelector(':scope > :not(.refused)')
    const form = first?.querySelector('form')
    if (!first || !form || inFlight || !line.isOpen() || statusOf(first) !== 'sending') return
    if (isTooOld(first)) return setStatus(first, 'failed')
    inFlight = first
    sentAt = Date.now()
    htmx.trigger(form, 'outbox:send')
  }

  /** A message that the server has is in the list: its answer may have been lost, or be still on its way. */
  const settle = () => {
    for (const article of messages.querySelectorAll<HTMLElement>('[data-nonce]')) {
      document.getElementById(`p-${article.dataset.nonce}`)?.remove()
    }
  }

  const show = ({ nonce, text, imageId, at }: Pending) => {
    const bubble = template.content.firstElementChild?.cloneNode(true)
    if (!(bubble instanceof HTMLElement)) return
    bubble.id = `p-${nonce}`
    writtenAt.set(nonce, at)
    const shown = bubble.querySelector('.text')
    if (shown) shown.textContent = text
    if (imageId) bubble.querySelector('img')?.setAttribute('src', `/images/${imageId}`)
    const values: Record<string, string> = { nonce, imageId, content: text }
    for (const input of bubble.querySelectorAll('input')) input.value = values[input.name] ?? ''
    offer(bubble)
    outbox.append(bubble)
    htmx.process(bubble)
    messages.scrollTop = 0
  }

  composer.addEventListener('submit', event => {
    event.preventDefault()
    const text = content.value
    content.focus()
    if (!text.trim()) return
    content.value = ''
    drafts.write('')
    show({ nonce: makeNonce(), text, imageId: '', at: Date.now() })
    pump()
  })
  content.addEventListener('input', () => drafts.write(content.value))
  content.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229) return
    const sends = composer.dataset.sendKey === 'ctrl-enter' ? event.ctrlKey || event.metaKey : !event.shiftKey
    if (!sends) return
    event.preventDefault()
    composer.requestSubmit()
  })
  outbox.addEventListener('click', event => {
    const button = event.target instanceof Element ? event.target.closest('.again, .rewrite') : null
    const bubble = button?.closest('.pending')
    if (!bubble) return
    if (button?.matches('.again')) {
      writtenAt.set(nonceOf(bubble), Date.now())
      offer(bubble)
    } else {
      drafts.giveUp([{ text: fieldOf(bubble, 'content') }])
      content.value = drafts.read()
      bubble.remove()
    }
    inFlight = null
    waitedMs = 0
    content.focus()
    pump()
  })
  // A picture's bubble has come, gone, or is ready to send itself.
  outbox.addEventListener('outbox:changed', () => {
    for (const bubble of outbox.children) {
      if (!writtenAt.has(nonceOf(bubble))) writtenAt.set(nonceOf(bubble), Date.now())
    }
    drafts.write(content.value)
    keep()
    pump()
  })
  const onAnswer = () => {
    settle()
    const gone = document.getElementById('gone')
    if (gone?.hasChildNodes()) {
      drafts.giveUp(listPending())
      outbox.replaceChildren()
      document.querySelector<HTMLDialogElement>('#end')?.close()
      // What the focus was on is hidden now. Not to the button: who is typing would press it.
      if (!document.activeElement?.checkVisibility()) gone.focus()
    }
    pump()
  }
  live.addEventListener('htmx:after:swap', onAnswer)
  const onConnected = () => {
    inFlight = null
    const first = outbox.firstElementChild
    if (first && statusOf(first) === 'waiting') setStatus(first, 'sending')
    pump()
  }
  live.addEventListener('htmx:ws:after:connection', onConnected)
  live.addEventListener('htmx:sse:after:connection', onConnected)
  live.addEventListener('line:gone', () => {
    const reopen = document.getElementById('reopen')
    if (!document.querySelector('#gone [data-goes-on]') || !(reopen instanceof HTMLFormElement)) return
    reopen.querySelector('[name="restarted"]')?.setAttribute('value', '1')
    reopen.requestSubmit()
  })
  setInterval(() => {
    for (const bubble of outbox.children) {
      bubble.classList.toggle('slow', Date.now() - (writtenAt.get(nonceOf(bubble)) ?? 0) > slowMs)
    }
    const words = outbox.querySelector('.slow [data-status=sending]') ? (slow?.dataset.words ?? '') : ''
    if (slow && slow.textContent !== words) slow.textContent = words
    if (!inFlight?.isConnected || statusOf(inFlight) !== 'sending' || !line.isOpen()) return pump()
    waitedMs += tickMs
    if (waitedMs >= giveUpMs) {
      setStatus(inFlight, 'failed')
      inFlight = null
      waitedMs = 0
    } else if (Date.now() - sentAt > unansweredMs) {
      inFlight = null
      line.renew()
    }
  }, tickMs)

  for (const pending of drafts.takeBack(room)) show(pending)
  settle()
  keep()
  new MutationObserver(keep).observe(outbox, { childList: true })
  content.value ||= drafts.read()
}
