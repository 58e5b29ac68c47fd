import { importAtLast, importing } from './module-import.js'

/** Loads what reports messages as seen, once the page shows one that is not. */
export function watchUnseen(messages: HTMLElement): void {
  const load = importing<typeof import('./seen.js')>(messages.dataset.seen ?? '')
  const look = () => {
    if (!messages.querySelector('[data-unseen]')) return
    observer.disconnect()
    importAtLast(load, ({ watchSeen }) => watchSeen())
  }
  const observer = new MutationObserver(look)
  observer.observe(messages, { childList: true, subtree: true, attributeFilter: ['data-unseen'] })
  look()
}
