/** What comes into view within this time is one report. */
const gatherMs = 300
/** At every tenth that comes into view, the observer looks again. */
const tenths = Array.from({ length: 11 }, (_, index) => index / 10)

/** Messages that came into view, next to each other in the list. */
interface Range {
  from: HTMLElement
  to: HTMLElement
}

const seqOf = ({ dataset }: HTMLElement) => Number(dataset.seq)

/** Sends the report whose name its element has by its id. */
function report(element: HTMLElement, { dataset }: HTMLElement, more = {}): void {
  const values = { type: 'message:status', status: element.id, messageId: dataset.messageId, ...more }
  element.setAttribute('hx-vals', JSON.stringify(values))
  htmx.trigger(element, 'report')
}

/**
 * Counts the lives that begin by the report of a range. The server says when they end, but the page may lose its connection
 * before it hears of it.
 */
function beginLives(list: HTMLElement, { from, to }: Range): void {
  // Without a connection no report has gone out.
  if (document.body.matches('.offline')) return
  const waiting = list.querySelectorAll<HTMLElement>('[data-life]')
  if (waiting.length === 0) return
  const { room } = document.getElementById('live')?.dataset ?? {}
  const newest = [...list.querySelectorAll('article')].at(-1)
  for (const article of waiting) {
    if (seqOf(article) < seqOf(from) || seqOf(article) > seqOf(to)) continue
    const { life = '', messageId } = article.dataset
    // The list of chats shows the newest message.
    const line = article === newest ? `, .chat-item [href="/chats/${room}"] .last` : ''
    const copies = document.querySelectorAll<HTMLElement>(`.q-${messageId}${line}`)
    for (const shown of [article, ...copies]) shown.dataset.remaining = life
  }
  document.dispatchEvent(new Event('lives:begun'))
}

/** Half of a message is in view, or it fills half of the window. */
const isInView = ({ isIntersecting, intersectionRatio, intersectionRect, rootBounds }: IntersectionObserverEntry) =>
  isIntersecting && (intersectionRatio >= 0.5 || intersectionRect.height >= (rootBounds?.height ?? 0) / 2)

/**
 * Reports the newest message of the other's that is not known to be delivered, which covers those before it, and which
 * messages have come into view: a range at a time, so that hundreds take few reports and those that were jumped over are in
 * none. In a hidden tab nothing comes into view.
 */
export function watchSeen(): void {
  const seen = document.getElementById('seen')
  const delivered = document.getElementById('delivered')
  const list = document.getElementById('list')
  if (!seen || !delivered || !list) return
  const ranges: Range[] = []
  /** The articles that are watched, each with the key that it was rendered with. */
  const watched = new WeakMap<Element, string>()
  const reported = new WeakSet<Element>()
  let isWaiting = false

  const send = () => {
    isWaiting = false
    const range = ranges.shift()
    if (!range) return
    const { from, to } = range
    // Of a message that is gone, as when the chat has ended meanwhile, there is nothing to report.
    if (to.isConnected) {
      report(seen, to, { inViewFrom: seqOf(from) })
      beginLives(list, range)
    }
    if (ranges.length > 0) wait()
  }
  const wait = () => {
    if (isWaiting) return
    isWaiting = true
    setTimeout(send, gatherMs)
  }

  /** Adds messages to the range that they continue, or as a range of their own. */
  const add = (from: HTMLElement, to: HTMLElement) => {
    const all = [...list.querySelectorAll<HTMLElement>('[data-unseen]')]
    const last = ranges.at(-1)
    if (last && all.indexOf(last.to) + 1 === all.indexOf(from)) last.to = to
    else if (last && all.indexOf(to) + 1 === all.indexOf(last.from)) last.from = from
    else ranges.push({ from, to })
    wait()
  }

  const observer = new IntersectionObserver(
    entries => {
      // What is in view at one time lies side by side; a jump may have come between two times.
      const byTime = new Map<number, HTMLElement[]>()
      for (const entry of entries) {
        const { target, time } = entry
        if (!(target instanceof HTMLElement) || !isInView(entry)) continue
        observer.unobserve(target)
        reported.add(target)
        byTime.set(time, [...(byTime.get(time) ?? []), target])
      }
      for (const inView of byTime.values()) {
        inView.sort((a, b) => seqOf(a) - seqOf(b))
        const [first] = inView
        const last = inView.at(-1)
        if (first && last) add(first, last)
      }
    },
    { threshold: tenths },
  )
  const watch = () => {
    let newest: HTMLElement | null = null
    for (const article of list.querySelectorAll<HTMLElement>('[data-unseen]')) {
      const { unseen = '' } = article.dataset
      if (watched.get(article) === unseen) continue
      watched.set(article, unseen)
      if (article.matches('[data-undelivered]')) newest = article
      // A new key: the server has heard nothing of it, as when the report was lost with its connection.
      if (reported.has(article)) add(article, article)
      else observer.observe(article)
    }
    if (newest) report(delivered, newest)
  }
  watch()
  new MutationObserver(watch).observe(list, { childList: true, subtree: true, attributeFilter: ['data-unseen'] })
}
