/** What was announced is cleared after this, so that it is not found by browsing. */
const spokenMs = 5000

/** Where focus may go when its row goes: the next, else the one before, else the list, which also stands before the warning. */
function placesBeside(): (Element | null | undefined)[] {
  const row = document.activeElement?.closest('li, #warning')
  return row
    ? [row, row.nextElementSibling, row.previousElementSibling, row.parentElement?.closest('[tabindex], nav')]
    : []
}

function moveTo(places: readonly (Element | null | undefined)[]): void {
  if (document.activeElement && document.activeElement !== document.body) return
  for (const place of places) {
    // A heading of a day is a row that takes no focus: the next place is tried.
    if (!place?.isConnected || document.activeElement !== document.body) continue
    const target = place.querySelector(':scope > article, :scope > a') ?? place
    if (target instanceof HTMLElement) target.focus()
  }
}

/** Does something that may take the focused row away, and then moves focus to its neighbour: never to nowhere. */
export function keepFocus(change: () => void): void {
  const places = placesBeside()
  change()
  moveTo(places)
}

/** The same around every fragment that the server pushes. */
export function rescueFocus(live: HTMLElement): void {
  let places: (Element | null | undefined)[] = []
  live.addEventListener('htmx:before:swap', () => {
    places = placesBeside()
  })
  // Not after the swap: until then the focus would be nowhere, and a screen reader at the top of the page.
  new MutationObserver(() => moveTo(places)).observe(live, { childList: true, subtree: true })
  live.addEventListener('htmx:after:swap', () => {
    places = []
    for (const spoken of document.querySelectorAll('#announcer p')) setTimeout(() => spoken.remove(), spokenMs)
  })
}
