const detailOf = (event: Event): { tasks?: { fragment: DocumentFragment }[] } =>
  event instanceof CustomEvent ? event.detail : {}

/** The rows of the list that are messages, each with the headings and events that come right before it. */
function* rowsOf(list: Element): Generator<{ row: HTMLElement; article: HTMLElement; heads: Element[] }> {
  for (const article of list.querySelectorAll<HTMLElement>('[data-seq]')) {
    const row = article.closest('li')
    const heads: Element[] = []
    for (let head = row?.previousElementSibling; head?.matches('.day,.event'); head = head.previousElementSibling) {
      heads.unshift(head)
    }
    if (row) yield { row, article, heads }
  }
}

/**
 * An update of a long list holds its newest messages. Of the earlier ones the marker says which still live and how far
 * the other person has read. Copies of their rows take the marker's place, so that the update keeps them.
 */
function keepEarlier(marker: HTMLElement, list: Element): void {
  const ranges = (marker.dataset.ranges ?? '').split(' ').map(range => range.split('-').map(Number))
  const isKept = (seq: number) => ranges.some(([from = 0, to = 0]) => from <= seq && seq <= to)
  const kept: Node[] = []
  for (const { row, article, heads } of rowsOf(list)) {
    const seq = Number(article.dataset.seq)
    if (!isKept(seq)) continue
    const copy = row.cloneNode(true)
    if (copy instanceof HTMLElement) {
      copy.hidden = false
      const quote = copy.querySelector<HTMLElement>('.quote')
      if (!isKept(Number(quote?.dataset.source))) quote?.remove()
      showStatus(copy.querySelector('[data-status]'), seq, marker)
    }
    kept.push(...heads.map(head => head.cloneNode(true)), copy)
  }
  marker.replaceWith(...kept)
}

/** Brings a copied row's status up to date; a status never goes back. */
function showStatus(article: HTMLElement | null, seq: number, marker: HTMLElement): void {
  const { delivered, seen } = marker.dataset
  const status = seq <= Number(seen) ? 'seen' : 'delivered'
  if (!article || article.dataset.status === 'seen' || seq > Math.max(Number(delivered), Number(seen))) return
  article.dataset.status = status
  const shown = article.querySelector('.status')
  const word = marker.querySelector(`.${status}`)?.cloneNode(true)
  if (!shown || !(word instanceof Element)) return
  // A later tick finds it by its id.
  word.id = shown.id
  shown.replaceWith(word)
}

/** Keeps the earlier messages of a long list when it is updated, and the focus when more of them are loaded. */
export function watchEarlier(messages: HTMLElement): void {
  const list = document.getElementById('list')
  const earlier = document.getElementById('earlier')
  // Its id alone: the element would keep the text of a message in memory after it has expired.
  let first = ''
  document.addEventListener('htmx:before:swap', event => {
    first = messages.querySelector('article')?.parentElement?.id ?? ''
    for (const { fragment } of detailOf(event).tasks ?? []) {
      const marker = fragment.querySelector<HTMLElement>('#survivors')
      if (marker && list) keepEarlier(marker, list)
    }
  })
  // Tells a screen reader that messages were added; and the link, which had the focus, goes away with the last of them.
  earlier?.addEventListener('htmx:after:swap', () =>
    document.getElementById(first)?.querySelector('article')?.focus({ preventScroll: true }),
  )
}
