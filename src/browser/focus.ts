/** What was announced is cleared after this, so that it is not found by browsing. */
const spokenMs = 5000

/** When the focused message goes, focus moves to the next, else the one before, else the list: never to nowhere. */
export function rescueFocus(live: HTMLElement): void {
  let neighbours: (Element | null | undefined)[] = []
  live.addEventListener('htmx:before:swap', () => {
    const row = document.activeElement?.closest('li')
    neighbours = row ? [row, row.nextElementSibling, row.previousElementSibling, row.parentElement?.parentElement] : []
  })
  live.addEventListener('htmx:after:swap', () => {
    if (neighbours.length > 0 && (!document.activeElement || document.activeElement === document.body)) {
      const place = neighbours.find(each => each?.isConnected)
      const target = place?.querySelector('article, a') ?? place
      if (target instanceof HTMLElement) target.focus()
    }
    const spoken = document.getElementById('announcer')?.lastElementChild
    if (spoken) setTimeout(() => spoken.remove(), spokenMs)
  })
}
