/** Where the focus may go when its row is removed, best first: the row if it stays, the next, the previous, the list. */
function placesBeside(): (Element | null | undefined)[] {
  const row = document.activeElement?.closest('li, #warning, .over')
  if (!row) return []
  const list = row.closest('nav') ?? document.querySelector('#messages, .side')
  return [row, row.nextElementSibling, row.previousElementSibling, list]
}

function moveTo(places: readonly (Element | null | undefined)[]): void {
  if (document.activeElement && document.activeElement !== document.body) return
  for (const place of places) {
    // The heading of a day takes no focus: the next place is tried.
    if (!place?.isConnected || document.activeElement !== document.body) continue
    const target = place.querySelector(':scope > article, :scope > a') ?? place
    if (target instanceof HTMLElement) target.focus()
  }
}

/** Runs a change that may remove the row with the focus; if it does, the focus moves to a neighbour. */
export function keepFocus(change: () => void): void {
  const places = placesBeside()
  change()
  moveTo(places)
}

/** Applies this to every pushed fragment too. */
export function rescueFocus(live: HTMLElement): void {
  let places: (Element | null | undefined)[] = []
  live.addEventListener('htmx:before:swap', () => {
    places = placesBeside()
  })
  // Not only after the swap: until then nothing would have the focus, and a screen reader would go to the top.
  new MutationObserver(() => moveTo(places)).observe(live, { childList: true, subtree: true })
  live.addEventListener('htmx:after:swap', () => {
    places = []
  })
}
