import type { Page } from '@playwright/test'

/** The names of the ledgers on `window`. */
const speechKey = 'speechLedger'
export const focusKey = 'focusLedger'

/**
 * Records what live regions would have a screen reader say, in whichever browser: nothing that is silent in one of them
 * (live-regions.ts). It must run before the page is loaded: text that is in a region when the page is parsed is read as part of
 * the page, and is not announced.
 */
function installSpeechLedger(key: string): void {
  const spoken: string[] = []
  Object.assign(window, { [key]: spoken })
  const regions = '[role="status"], [role="log"], [aria-live="polite"], [aria-live="assertive"]'
  const regionOf = (node: Node) => (node instanceof Element ? node : node.parentElement)?.closest(regions)
  const speak = (region: Element, text: string | null) => {
    const words = text?.trim().replaceAll(/\s+/g, ' ')
    if (words && region.checkVisibility()) spoken.push(words)
  }
  const observer = new MutationObserver(changes => {
    if (document.readyState === 'loading') return
    for (const { type, target, addedNodes } of changes) {
      const region = regionOf(target)
      if (region && type === 'characterData') speak(region, target.textContent)
      for (const node of addedNodes) {
        if (node instanceof Element && node.matches('[aria-live="off"]')) continue
        if (region) speak(region, node.textContent)
        // An alert is announced when it comes as a whole and by itself; a status must be in the page before.
        else if (node instanceof Element && node.matches('[role="alert"]')) speak(node, node.textContent)
      }
    }
  })
  observer.observe(document, { subtree: true, childList: true, characterData: true })
  // The records of what was parsed last arrive once the page is no longer loading.
  document.addEventListener('readystatechange', () => void observer.takeRecords())
}

/** Records everything that is spoken on pages loaded from now on. */
export async function keepSpeech(page: Page): Promise<void> {
  await page.addInitScript(installSpeechLedger, speechKey)
}

/** What has been spoken on this page since it was loaded, or since the last call. */
export function takeSpeech(page: Page): Promise<string[]> {
  return page.evaluate(key => {
    const spoken: unknown = Reflect.get(window, key)
    if (!Array.isArray(spoken)) throw new Error('The ledger was not installed before the page was loaded')
    return spoken.splice(0)
  }, speechKey)
}

/** Records where the focus is, with the text and the caret of a field, each time that changes. Runs in the page. */
export function installFocusLedger(key: string): void {
  const places: string[] = []
  Object.assign(window, { [key]: places })
  const note = () => {
    const active = document.activeElement
    const name =
      active?.id ||
      active?.getAttribute('data-message-id') ||
      active?.getAttribute('aria-label') ||
      active?.nodeName ||
      'nothing'
    const isText = active instanceof HTMLTextAreaElement || active instanceof HTMLInputElement
    const place = isText ? `${name} ${active.value}|${active.selectionStart}-${active.selectionEnd}` : name
    if (places.at(-1) !== place) places.push(place)
  }
  note()
  new MutationObserver(note).observe(document, { subtree: true, childList: true, attributes: true })
  const look = () => {
    note()
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}

/** What the ledger of the focus holds, without repetitions in a row. Runs in the page. */
export function readFocusLedger(key: string): string[] {
  const places: unknown = Reflect.get(window, key)
  if (!Array.isArray(places)) throw new Error('No ledger of the focus is kept on this page')
  return [...places]
}

/** Records every place of the focus from now on. */
export async function keepFocus(page: Page): Promise<void> {
  await page.evaluate(installFocusLedger, focusKey)
}

/** Where the focus has been since `keepFocus`, without repetitions in a row. */
export function readFocus(page: Page): Promise<string[]> {
  return page.evaluate(readFocusLedger, focusKey)
}
