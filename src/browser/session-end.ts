import { leaveEverywhere, type SealedStorage } from './sealed-storage.js'

/** The session is over: leads to the log-in, and back here. */
export function leadToLogIn(live: HTMLElement): void {
  const isLeaving = live.dispatchEvent(new Event('session:over', { cancelable: true }))
  if (isLeaving) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`)
}

/** Has the person log in again within the page when their session ends while the page holds what was not sent. */
export function watchSessionEnd(storage: SealedStorage, live: HTMLElement): void {
  const load = (): Promise<typeof import('./log-in-again.js')> => import(live.dataset.logIn ?? '')
  live.addEventListener('session:over', event => {
    if (!storage.holdsSomething) return
    event.preventDefault()
    load()
      .then(({ logInAgain }) => logInAgain(storage))
      // Without the script: the server leads to the log-in, and back here.
      .catch(() => location.reload())
  })
}

/**
 * Forgets what was not sent when the person leaves on this page, or the page says that they have left.
 * @param onLeave called when they leave on this page
 */
export function watchLeaving(onLeave: () => void): void {
  if (document.querySelector('[data-left]')) leaveEverywhere()
  for (const form of document.querySelectorAll('[action="/logout"], [action="/settings/sessions"]')) {
    form.addEventListener('submit', () => {
      leaveEverywhere()
      onLeave()
    })
  }
}
