import { letLeave } from './leaving.js'
import { importAtLast, importing } from './module-import.js'
import { forgetEverywhere, type SealedStorage } from './sealed-storage.js'

/** The session is over: leads to the log-in, and back here. */
export function leadToLogIn(live: HTMLElement): void {
  const isLeaving = live.dispatchEvent(new Event('session:over', { cancelable: true }))
  if (isLeaving) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`)
}

/** Has the person log in again within the page when their session ends while the page holds what was not sent. */
export function watchSessionEnd(storage: SealedStorage, live: HTMLElement): void {
  const load = importing<typeof import('./log-in-again.js')>(live.dataset.logIn ?? '')
  live.addEventListener('session:over', event => {
    // Whoever stays can still copy what would be lost.
    if (!storage.losesSomething) letLeave()
    if (!storage.holdsSomething) return
    event.preventDefault()
    // Where it fails the server leads to the log-in, and back here.
    importAtLast(load, ({ logInAgain }) => void logInAgain(storage).catch(() => location.reload()))
  })
}

/**
 * Forgets what was not sent when the person logs out on this page, or the page says that they have to be forgotten.
 * @param onLogOut called when they log out on this page
 */
export function watchLogOut(onLogOut: () => void): void {
  if (document.querySelector('[data-forget]')) forgetEverywhere()
  for (const form of document.querySelectorAll('[data-logout]')) {
    form.addEventListener('submit', () => {
      forgetEverywhere()
      onLogOut()
    })
  }
}
