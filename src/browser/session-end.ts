import { letLeave } from './leaving.js'
import { importAtLast, importing } from './module-import.js'
import { leaveEverywhere, type SealedStorage } from './sealed-storage.js'

/** The session is over: leads to the log-in, and back here. */
export function leadToLogIn(live: HTMLElement): void {
  letLeave()
  const isLeaving = live.dispatchEvent(new Event('session:over', { cancelable: true }))
  if (isLeaving) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`)
}

/** Has the person log in again within the page when their session ends while the page holds what was not sent. */
export function watchSessionEnd(storage: SealedStorage, live: HTMLElement): void {
  const load = importing<typeof import('./log-in-again.js')>(live.dataset.logIn ?? '')
  live.addEventListener('session:over', event => {
    if (!storage.holdsSomething) return
    event.preventDefault()
    // Where it fails the server leads to the log-in, and back here.
    importAtLast(load, ({ logInAgain }) => void logInAgain(storage).catch(() => location.reload()))
  })
}

/**
 * Forgets what was not sent when the person leaves on this page, or the page says that they have left.
 * @param onLeave called when they leave on this page
 */
export function watchLeaving(onLeave: () => void): void {
  if (document.querySelector('[data-left]')) leaveEverywhere()
  for (const form of document.querySelectorAll('[data-leaves]')) {
    form.addEventListener('submit', () => {
      leaveEverywhere()
      onLeave()
    })
  }
}
