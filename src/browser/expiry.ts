import { keepFocus } from './focus.js'

/** Timers stop while the machine sleeps, so the clocks are read at least this often. */
const lookMs = 1000
/** The server says by itself what is over, within this time. */
const patienceMs = 2000
const never = Number.POSITIVE_INFINITY

/** When a message is over: by the machine's clock, which may be set, and by the page's own, which may stop in sleep. */
interface Due {
  wall: number
  readonly own: number
  isHidden: boolean
}

/**
 * Removes messages, and what is noted of chats, when their time is over, also after sleep or without a connection, when the
 * server cannot say so. What is over by the machine's clock alone is hidden: the machine has slept, or its clock was set.
 * @param askAnew asks the server to put in again what lives; called again and again while something is hidden
 */
export function expireInTime(askAnew: () => void): void {
  const dues = new WeakMap<HTMLElement, Due>()
  let nextWall = never
  let nextOwn = never
  let unsureSince = never
  let timer = 0

  const sweep = () => {
    const wall = Date.now()
    const own = performance.now()
    let isUnsure = false
    nextWall = never
    nextOwn = never
    for (const shown of document.querySelectorAll<HTMLElement>('#list article, .event, .last, .ended, .quote')) {
      const row = shown.matches('article') && shown.closest<HTMLElement>('li')
      // A reply that is begun goes with its quote, which alone is told that its message was kept.
      const hiding = row || shown.closest<HTMLElement>('.replying') || shown
      // The server says how much time remains and not until when: the two clocks may differ.
      const { remaining } = shown.dataset
      if (remaining !== undefined) {
        const leftMs = remaining ? Number(remaining) : never
        dues.set(shown, { wall: wall + leftMs, own: own + leftMs, isHidden: false })
        shown.removeAttribute('data-remaining')
        hiding.hidden = false
      }
      const due = dues.get(shown)
      if (!due) continue
      if (due.own <= own) {
        dues.delete(shown)
        if (row) keepFocus(() => row.remove())
        else if (shown.matches('.event')) shown.remove()
        else hiding.replaceChildren()
        continue
      }
      nextOwn = Math.min(nextOwn, due.own)
      // The server has put it in again: it lives.
      if (due.isHidden && !hiding.hidden) Object.assign(due, { wall: wall + due.own - own, isHidden: false })
      if (!due.isHidden && due.wall > wall) {
        nextWall = Math.min(nextWall, due.wall)
        continue
      }
      isUnsure = true
      due.isHidden = true
      keepFocus(() => {
        hiding.hidden = true
      })
    }
    unsureSince = isUnsure ? Math.min(unsureSince, own) : never
    wait()
  }
  const look = () => {
    const own = performance.now()
    if (Date.now() < nextWall && own < nextOwn) wait()
    else sweep()
    if (own - unsureSince < patienceMs) return
    unsureSince = own
    askAnew()
  }
  const wait = () => {
    clearTimeout(timer)
    timer = setTimeout(look, Math.min(nextWall - Date.now(), nextOwn - performance.now(), lookMs))
  }

  sweep()
  document.addEventListener('htmx:after:swap', sweep)
  for (const wake of ['visibilitychange', 'resume']) document.addEventListener(wake, look)
  for (const wake of ['pageshow', 'focus']) addEventListener(wake, look)
}
