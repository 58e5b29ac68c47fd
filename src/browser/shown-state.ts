/** The state of a page that shows the same messages, but of no version that the server has. */
export const outdate = (state: string): string => state.replace(/^([^.]*)\.[^.]*\.(\d+)\.(older)?[^.]*/, '$1..$2.$3')

/** Has the server put in again all that lives when the page connects the next time. */
export function outdateState(live: HTMLElement): void {
  const state = document.getElementById('state')
  if (!(state instanceof HTMLDataElement)) return
  state.value = outdate(state.value)
  if (live._htmx?.sse) live._htmx.sse.lastEventId = state.value
}
