const detailOf = (event: Event): { tasks?: { fragment: DocumentFragment }[] } =>
  event instanceof CustomEvent ? event.detail : {}

/** The rows of the list that are messages, with the heading of a day where one stands before them. */
function* rowsOf(list: Element): Generator<{ row: HTMLElement; article: HTMLElement; day: Element | null }> {
  for (const article of list.querySelectorAll<HTMLElement>('[data-seq]')) {
    const row = article.closest('li')
    const before = row?.previousElementSibling
    if (row) yield { row, article, day: before?.matches('.day') ? before : null }
  }
}

/**
 * What the server brings up to date are the newest messages of a long list. Of those before it says only which ones live,
 * and how far the other person has got: their rows are put into what it sent, so that they are left as they are.
 */
function keepStanding(marker: HTMLElement, list: Element): void {
  const ranges = (marker.dataset.ranges ?? '').split(' ').map(range => range.split('-').map(Number))
  const kept: Node[] = []
  for (const { row, article, day } of rowsOf(list)) {
    const seq = Number(article.dataset.seq)
    if (!ranges.some(([from = 0, to = 0]) => from <= seq && seq <= to)) continue
    const copy = row.cloneNode(true)
    if (copy instanceof Element) showStatus(copy.querySelector('[data-status]'), seq, marker)
    kept.push(...(day ? [day.cloneNode(true)] : []), copy)
  }
  marker.replaceWith(...kept)
}

/** A status only moves on. */
function showStatus(article: HTMLElement | null, seq: number, marker: HTMLElement): void {
  const { delivered, seen } = marker.dataset
  const status = seq <= Number(seen) ? 'seen' : 'delivered'
  if (!article || article.dataset.status === 'seen' || seq > Math.max(Number(delivered), Number(seen))) return
  article.dataset.status = status
  const word = marker.querySelector(`.${status}`)
  if (word) article.querySelector('.status')?.replaceWith(word.cloneNode(true))
}

/** Long lists: earlier messages on request, and catching up without those that stand there already. */
export function watchEarlier(messages: HTMLElement): void {
  const list = document.getElementById('list')
  const earlier = document.getElementById('earlier')
  // Its id alone: the row itself would be held, with its text, after it has gone.
  let first = ''
  document.addEventListener('htmx:before:swap', event => {
    first = messages.querySelector('article')?.id ?? ''
    for (const { fragment } of detailOf(event).tasks ?? []) {
      const marker = fragment.querySelector<HTMLElement>('#standing')
      if (marker && list) keepStanding(marker, list)
    }
  })
  // Nothing else says that messages were put in; and with the last of them the link goes, which had the focus.
  earlier?.addEventListener('htmx:after:swap', () => document.getElementById(first)?.focus({ preventScroll: true }))
}
