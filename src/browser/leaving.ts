let isLetGo = false

/**
 * Whether the browser asks a person who leaves the page. It is told of a listener only as long as it has to ask: some
 * browsers do not keep a page with one for the way back.
 */
export function askBeforeLeaving(asks: boolean): void {
  globalThis.onbeforeunload = asks && !isLetGo ? event => event.preventDefault() : null
}

/** From here on nobody is asked: the page has to go, whether the person stays or not. */
export function letLeave(): void {
  isLetGo = true
  askBeforeLeaving(false)
}
