import { keepFocus } from './focus.js'

/** Timers stop while the machine sleeps, so the clock is read at least this often. */
const lookMs = 1000
const never = Number.POSITIVE_INFINITY

/** Removes messages when their time is over, also after sleep or without a connection, when the server cannot say so. */
export function expireInTime(): void {
  const dueAt = new WeakMap<HTMLElement, number>()
  let next = never
  let timer = 0

  const sweep = () => {
    const now = Date.now()
    next = never
    for (const shown of document.querySelectorAll<HTMLElement>('#list article, #chats .last')) {
      // The server says how much time remains and not until when: the two clocks may differ.
      const { remaining } = shown.dataset
      if (remaining !== undefined) dueAt.set(shown, remaining ? now + Number(remaining) : never)
      shown.removeAttribute('data-remaining')
      const due = dueAt.get(shown) ?? never
      if (due > now) next = Math.min(next, due)
      else {
        dueAt.delete(shown)
        const row = shown.closest('#list li')
        if (row) keepFocus(() => row.remove())
        else shown.replaceChildren()
      }
    }
    wait()
  }
  const look = () => (Date.now() < next ? wait() : sweep())
  const wait = () => {
    clearTimeout(timer)
    timer = setTimeout(look, Math.min(next - Date.now(), lookMs))
  }

  sweep()
  document.addEventListener('htmx:after:swap', sweep)
  for (const wake of ['visibilitychange', 'resume']) document.addEventListener(wake, look)
  for (const wake of ['pageshow', 'focus']) addEventListener(wake, look)
}
