import type { Page } from '@playwright/test'

/** Where the ledgers stand in the page. */
const speechKey = 'speechLedger'
const focusKey = 'focusLedger'

/**
 * Writes down what a screen reader would be told by live regions, from before the page is loaded: what stands in a
 * region while the page is parsed is read as part of it, and not spoken by itself.
 */
function installSpeechLedger(key: string): void {
  const spoken: string[] = []
  Object.assign(window, { [key]: spoken })
  const regions = '[role="alert"], [role="status"], [role="log"], [aria-live="polite"], [aria-live="assertive"]'
  const regionOf = (node: Node) => (node instanceof Element ? node : node.parentElement)?.closest(regions)
  const speak = (region: Element, text: string | null) => {
    const words = text?.trim().replaceAll(/\s+/g, ' ')
    if (words && region.checkVisibility()) spoken.push(words)
  }
  new MutationObserver(changes => {
    if (document.readyState === 'loading') return
    for (const { type, target, addedNodes } of changes) {
      const region = regionOf(target)
      if (region && type === 'characterData') speak(region, target.textContent)
      for (const node of addedNodes) {
        if (region) speak(region, node.textContent)
        // An alert speaks when it comes with its words; a status has to stand there before.
        else if (node instanceof Element) {
          const alerts = node.matches('[role="alert"]') ? [node] : node.querySelectorAll('[role="alert"]')
          for (const alert of alerts) speak(alert, alert.textContent)
        }
      }
    }
  }).observe(document, { subtree: true, childList: true, characterData: true })
}

/** Has everything that is spoken on the pages to come written down. */
export async function keepSpeech(page: Page): Promise<void> {
  await page.addInitScript(installSpeechLedger, speechKey)
}

/** What has been spoken on this page since it was loaded, or since it was last asked. */
export function takeSpeech(page: Page): Promise<string[]> {
  return page.evaluate(key => {
    const spoken: unknown = Reflect.get(window, key)
    if (!Array.isArray(spoken)) throw new Error('The ledger was not installed before the page was loaded')
    return spoken.splice(0)
  }, speechKey)
}

/** Writes down where the focus is, with draft and caret, whenever that differs after a change of the page. */
function installFocusLedger(key: string): void {
  const places: string[] = []
  Object.assign(window, { [key]: places })
  const note = () => {
    const active = document.activeElement
    const name = active?.id || active?.getAttribute('aria-label') || active?.nodeName || 'nothing'
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

/** Has every place of the focus written down from now on. */
export async function keepFocus(page: Page): Promise<void> {
  await page.evaluate(installFocusLedger, focusKey)
}

/** Where the focus has been since `keepFocus`, each place once in a row. */
export function readFocus(page: Page): Promise<string[]> {
  return page.evaluate(key => {
    const places: unknown = Reflect.get(window, key)
    if (!Array.isArray(places)) throw new Error('No ledger of the focus is kept on this page')
    return [...places]
  }, focusKey)
}
