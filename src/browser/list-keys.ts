import { seqOf } from './bubbles.js'

/** If the list is scrolled up by more than this, the newest message is out of view. */
const awayPixels = 120

/** The list of messages by keyboard: one tab stop; arrows, Home and End within it; Escape to the composer. */
export function watchList(messages: HTMLElement): void {
  const content = document.getElementById('content')
  const jump = document.getElementById('jump')
  let missed = 0

  // Of the buttons beside the messages and the pictures in them, Tab reaches only those of the focused message.
  document.addEventListener('keydown', event => {
    if (event.key !== 'Tab') return
    for (const button of document.querySelectorAll<HTMLElement>('.unsend, #list :is(.picture, .motion)')) {
      button.tabIndex = button.closest('li:focus-within') ? 0 : -1
    }
  })
  messages.addEventListener('keydown', event => {
    if (event.key === 'Escape') content?.focus()
    const articles = [...messages.querySelectorAll('article')]
    const at = articles.findIndex(article => article.contains(document.activeElement))
    const last = articles.length - 1
    const targets: Record<string, number> = { ArrowUp: at < 0 ? last : at - 1, ArrowDown: at + 1, Home: 0, End: last }
    const target = targets[event.key]
    if (target === undefined || last < 0) return
    event.preventDefault()
    articles[Math.min(last, Math.max(0, target))]?.focus()
  })

  // Without a script, a list that starts at its top is not reversed. Reverses it and keeps the scroll position.
  if (messages.matches('.from-top')) {
    const top = messages.scrollTop + messages.clientHeight - messages.scrollHeight
    messages.classList.remove('from-top')
    messages.scrollTop = top
  }
  // The list is reversed: its scroll position is 0 at the newest message and negative above it.
  const isAway = () => messages.scrollTop < -awayPixels
  const update = () => {
    if (!isAway()) missed = 0
    // While later messages are missing, the server puts a link to them here instead of the button.
    const newest = document.getElementById('newest')
    if (newest) newest.hidden = !isAway()
    newest?.querySelector('b')?.replaceChildren(missed ? String(missed) : '')
  }
  messages.addEventListener('scroll', update, { passive: true })
  jump?.addEventListener('click', event => {
    if (event.target instanceof Element && event.target.closest('a')) return
    messages.scrollTop = 0
    content?.focus()
  })
  const list = document.getElementById('list')
  if (!list) return
  let highest = Math.max(0, ...Array.from(list.children, seqOf))
  new MutationObserver(changes => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) {
        // Earlier messages, and those that an update has put in again, are not new.
        if (!(node instanceof HTMLElement) || seqOf(node) <= highest) continue
        highest = seqOf(node)
        if (node.matches('.theirs') && isAway()) missed += 1
      }
    }
    update()
  }).observe(list, { childList: true })
}
