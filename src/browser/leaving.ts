let isLetGo = false

/** Whether the browser asks a person who leaves the page. */
export function askBeforeLeaving(asks: boolean): void {
  globalThis.onbeforeunload = asks && !isLetGo ? event => event.preventDefault() : null
}

/** From here on nobody is asked: the page has to go, whether the person stays or not. */
export function letLeave(): void {
  isLetGo = true
  askBeforeLeaving(false)
}

/**
 * Leaves nothing of a person's page in the browser, which may keep it for the way back though it is told not to, as WebKit does
 * over plain http, and show it to the next person. The page is empty when it leaves; one that is shown again is loaded anew,
 * and so by whoever is logged in by then.
 */
export function leaveEmpty(): void {
  addEventListener('pagehide', ({ persisted }) => persisted && document.body.replaceChildren())
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload())
}
