import { seqOf } from './bubbles.js'

/** If the list is scrolled up by more than this, the newest message is out of view. */
const awayPixels = 120

/**
 * Tells whether the newest message is out of view. The list is reversed: its scroll position is 0 at the newest, and negative
 * above. The position is read only where it may be another: reading it after a change has the browser lay the page out at once.
 */
export function watchAway(messages: HTMLElement): () => boolean {
  const look = () => messages.scrollTop < -awayPixels
  let wasAway = look()
  messages.addEventListener('scroll', () => (wasAway = look()), { passive: true })
  return () => wasAway && look()
}

/** Without a script, a list that starts at its top is not reversed. Reverses it and keeps the scroll position. */
export function reverseList(messages: HTMLElement): void {
  if (!messages.matches('.from-top')) return
  const top = messages.scrollTop + messages.clientHeight - messages.scrollHeight
  messages.classList.remove('from-top')
  messages.scrollTop = top
}

/** The button that leads to the newest message, shown while that is out of view. */
export function watchList(messages: HTMLElement, list: HTMLElement): void {
  const isAway = watchAway(messages)
  let missed = 0

  const update = () => {
    const isHidden = !isAway()
    if (isHidden) missed = 0
    // While later messages are missing, the server puts a link to them here instead of the button.
    const newest = document.getElementById('newest')
    // Each change would have the browser look through the page's styles.
    if (newest && newest.hidden !== isHidden) newest.hidden = isHidden
    const count = newest?.querySelector('b')
    const shown = missed ? String(missed) : ''
    if (count && count.textContent !== shown) count.textContent = shown
  }
  update()
  messages.addEventListener('scroll', update, { passive: true })
  document.getElementById('jump')?.addEventListener('click', event => {
    if (event.target instanceof Element && event.target.closest('a')) return
    messages.scrollTop = 0
    document.getElementById('content')?.focus()
  })
  let highest = Math.max(0, ...[...list.children].map(seqOf))
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
