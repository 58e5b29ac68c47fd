import { watchAway } from './list-scroll.js'

/**
 * Keeps what is read where it is when a fragment changes the list below it. The list is reversed, where browsers do not do so
 * by themselves.
 */
export function anchorList(messages: HTMLElement): void {
  const isAway = watchAway(messages)
  let id = ''
  let top = 0
  const topOf = (row: Element) => row.getBoundingClientRect().top
  document.addEventListener('htmx:before:swap', () => {
    id = ''
    if (!isAway()) return
    const edge = topOf(messages)
    const row = [...messages.querySelectorAll('#list > [id]')].find(each => topOf(each) >= edge)
    if (!row) return
    id = row.id
    top = topOf(row)
  })
  // Before the next frame, or what passes by would count as seen.
  new MutationObserver(() => {
    const row = id && document.getElementById(id)
    if (row) messages.scrollTop += topOf(row) - top
  }).observe(messages, { childList: true, subtree: true })
  document.addEventListener('htmx:after:swap', () => {
    id = ''
  })
}
