import { keepFocus } from './focus.js'

/** Timers stop while the machine sleeps, so the clocks are read at least this often. */
const lookMs = 1000
/** Two readings of both clocks, each rounded to at most a millisecond, differ by no more than this while they go on. */
const roundingMs = 4
/** The server says by itself what is over, within this time. */
const patienceMs = 2000
const never = Number.POSITIVE_INFINITY
const expiring = ':is(#list article, .event, .last, .ended, .quote)'

/** When a message is over: by the machine's clock, which may be set, and by the page's own, which may stop in sleep. */
interface Due {
  /** 0 once it is hidden. */
  wall: number
  readonly own: number
}

/**
 * Removes messages, and what is noted of chats, when their time is over, also after sleep or without a connection, when the
 * server cannot say so. What is over by the machine's clock alone is hidden: the machine has slept, or its clock was set.
 * @param askAnew asks the server to put in again what lives; called again and again while something is hidden, and when a
 *   message is removed whose life the page began to count by itself
 */
export function expireInTime(askAnew: () => void): void {
  const dues = new WeakMap<HTMLElement, Due>()
  let nextWall = never
  let nextOwn = never
  let unsureSince = never
  let timer = 0

  /** Notes when what has come to the page is over. */
  const note = (wall: number, own: number) => {
    for (const shown of document.querySelectorAll<HTMLElement>(`${expiring}[data-remaining]`)) {
      // The server says how much time remains and not until when: the two clocks may differ.
      const { remaining } = shown.dataset
      const leftMs = remaining ? Number(remaining) : never
      // Also where it took the place of what was hidden.
      if (unsureSince < never) hidingOf(shown).hidden = false
      const due = { wall: wall + leftMs + roundingMs, own: own + leftMs }
      dues.set(shown, due)
      shown.removeAttribute('data-remaining')
      nextWall = Math.min(nextWall, due.wall)
      nextOwn = Math.min(nextOwn, due.own)
    }
  }
  /** Removes what is over, and hides what may be. */
  const sweep = () => {
    const wall = Date.now()
    const own = performance.now()
    note(wall, own)
    let isUnsure = false
    let mayLive = false
    nextWall = never
    nextOwn = never
    for (const shown of document.querySelectorAll<HTMLElement>(expiring)) {
      const due = dues.get(shown)
      if (!due) continue
      const hiding = hidingOf(shown)
      if (due.own <= own) {
        dues.delete(shown)
        if (hiding.matches('#list > li')) {
          keepFocus(() => hiding.remove())
          // Its life began to be counted when the page reported it as seen, and the report may have been lost.
          if (shown.dataset.life) mayLive = true
        } else hiding.replaceChildren()
        continue
      }
      nextOwn = Math.min(nextOwn, due.own)
      // The server has put it in again: it lives.
      if (!due.wall && !hiding.hidden) due.wall = wall + due.own - own + roundingMs
      if (due.wall > wall) {
        nextWall = Math.min(nextWall, due.wall)
        continue
      }
      isUnsure = true
      due.wall = 0
      keepFocus(() => {
        hiding.hidden = true
        // Chromium takes the focus from what is hidden only in a later frame, when nobody hands it on any more: here it goes at once.
        hiding.before(hiding)
      })
    }
    unsureSince = isUnsure ? Math.min(unsureSince, own) : never
    wait()
    // Once for all of them: each time is another connection.
    if (mayLive) askAnew()
  }
  const onSwap = () => {
    // Only where something is hidden does a fragment say more than what it brings.
    if (unsureSince < never) return sweep()
    note(Date.now(), performance.now())
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

  // What is frozen, perhaps for hours, is painted before it can look: it shows nothing until it has.
  const { classList } = document.documentElement
  const wake = () => {
    look()
    classList.remove('frozen')
  }

  onSwap()
  document.addEventListener('freeze', () => classList.add('frozen'))
  for (const change of ['htmx:after:swap', 'lives:begun']) document.addEventListener(change, onSwap)
  for (const event of ['visibilitychange', 'resume']) document.addEventListener(event, wake)
  for (const event of ['pageshow', 'focus']) addEventListener(event, wake)
}

/** What goes with a message, event or quote: its row, or the reply that is begun, which alone is told that its message was kept. */
const hidingOf = (shown: HTMLElement): HTMLElement =>
  shown.closest<HTMLElement>(shown.matches('article') ? 'li' : '.replying') ?? shown
