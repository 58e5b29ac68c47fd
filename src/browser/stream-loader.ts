import { importAtLast, importing } from './module-import.js'

/** For this long, pages that are loaded do not try a socket again. */
const memoryMs = 300_000

/** Remembers, for the pages of this tab, that the network lets no socket through. */
export function rememberNoSockets(): void {
  sessionStorage.setItem('stream', String(Date.now()))
}

/** Whether a page is to begin with an event stream, because sockets failed a moment ago or its address says so. */
export function prefersStream(): boolean {
  const isForced = new URLSearchParams(location.search).get('live') === 'sse'
  return isForced || Date.now() - Number(sessionStorage.getItem('stream')) < memoryMs
}

/**
 * Lets the page go on by an event stream. Few networks need the script for it, so few browsers load it.
 * @param query is added to the stream's address
 * @param onFailure is called when the script could not be loaded, which is tried until it works
 */
export function loadStream(live: HTMLElement, query: string, onFailure: () => void): void {
  const load = importing<typeof import('./stream.js')>(live.dataset.stream ?? '')
  importAtLast(load, ({ postInstead }) => postInstead(live, query), onFailure)
}
