/** Scrolled up by more than this, the newest message is out of view. */
const awayPixels = 120

/** The list of messages by keyboard: one tab stop, arrows, Home and End within it, Escape back to the composer. */
export function watchList(messages: HTMLElement): void {
  const content = document.getElementById('content')
  const jump = document.getElementById('jump')
  let missed = 0

  // The list is one tab stop: of the buttons beside the messages, that of the one with the focus.
  document.addEventListener('keydown', event => {
    if (event.key !== 'Tab') return
    for (const button of document.querySelectorAll<HTMLElement>('.unsend')) {
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

  // A window that stands at its top without a script is not reversed. From here on it is, where it stands.
  if (messages.matches('.from-top')) {
    const top = messages.scrollTop + messages.clientHeight - messages.scrollHeight
    messages.classList.remove('from-top')
    messages.scrollTop = top
  }
  // The list is reversed: it stands at 0 when the newest is in view, and below 0 otherwise.
  const isAway = () => messages.scrollTop < -awayPixels
  const update = () => {
    if (!isAway()) missed = 0
    // While later messages are missing a link leads to them, which is the server's.
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
  const seqOf = (row: Element | null) => Number(row?.querySelector<HTMLElement>('[data-seq]')?.dataset.seq ?? 0)
  let highest = Math.max(0, ...Array.from(list.children, seqOf))
  new MutationObserver(changes => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) {
        // Earlier messages, and those that a catch-up put in again, are not new.
        if (!(node instanceof HTMLElement) || seqOf(node) <= highest) continue
        highest = seqOf(node)
        if (node.matches('.theirs') && isAway()) missed += 1
      }
    }
    update()
  }).observe(list, { childList: true })
}
