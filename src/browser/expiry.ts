import { keepFocus } from './focus.js'

/** The longest wait that a browser's timer takes. */
const longestTimeoutMs = 2_147_483_647

/** Takes messages away when their time is over, also where the server cannot say so: asleep, or without a line. */
export function expireInTime(list: HTMLElement): void {
  const dueAt = new WeakMap<HTMLElement, number>()
  let timer = 0

  const sweep = () => {
    const now = Date.now()
    let next = Number.POSITIVE_INFINITY
    for (const article of list.querySelectorAll('article')) {
      // The server says what remains, not the hour: the clocks need not agree.
      const { remaining } = article.dataset
      if (remaining !== undefined) dueAt.set(article, now + Number(remaining))
      article.removeAttribute('data-remaining')
      const due = dueAt.get(article) ?? next
      if (due <= now) keepFocus(() => article.closest('li')?.remove())
      else next = Math.min(next, due)
    }
    clearTimeout(timer)
    timer = setTimeout(sweep, Math.min(next - now, longestTimeoutMs))
  }

  sweep()
  document.addEventListener('htmx:after:swap', sweep)
  for (const wake of ['visibilitychange', 'resume']) document.addEventListener(wake, sweep)
  for (const wake of ['pageshow', 'focus']) addEventListener(wake, sweep)
}
