import { importAtLast, importing } from './module-import.js'

/** A page that nobody has used for so long loads the script anyway: it may lose its connection. */
const unusedMs = 10_000
/** On a message; a link or button in it is what Enter opens. */
const keys = /^(Arrow(Up|Down)|Home|End|Escape|Enter|ContextMenu)$/
const keysAnywhere = /^(Arrow(Up|Down)|Home|End|Escape)$/

/**
 * Loads what works the keys of the list, the options of messages, quotes and moving pictures when one of them is used. The use
 * is held back until then, and comes again. Where the script cannot be loaded, the server does what it does without one.
 */
export function watchUses(messages: HTMLElement): void {
  const load = importing<typeof import('./message-options.js')>(messages.dataset.options ?? '')
  const kinds = ['click', 'keydown'] as const
  let held: Event[] = []
  let isLoaded = false

  const start = ({ watchOptions }: typeof import('./message-options.js')) => {
    if (!isLoaded) watchOptions(messages)
    isLoaded = true
    messages.removeAttribute('data-options')
  }
  const release = () => {
    const uses = held
    held = []
    // Whoever is offline stays on the page.
    if (!isLoaded && document.body.matches('.offline')) return
    for (const use of uses) {
      // The first of several keys may have moved the focus, as into a menu.
      const at = document.activeElement
      if (!(use instanceof KeyboardEvent)) use.target?.dispatchEvent(new MouseEvent(use.type, use))
      else if (use.key === 'Enter' && at instanceof HTMLElement && at.matches('button, a')) at.click()
      else at?.dispatchEvent(new KeyboardEvent(use.type, use))
    }
  }
  const hold = (event: Event) => {
    const { target } = event
    if (isLoaded || !event.isTrusted || !(target instanceof Element)) return
    const isUse =
      event instanceof KeyboardEvent
        ? messages.contains(target) && (target.matches('article') ? keys : keysAnywhere).test(event.key)
        : target.closest('#list [name=options], .message-menu button, .quote, #replying .cancel, .motion')
    if (!isUse) return
    event.preventDefault()
    event.stopImmediatePropagation()
    held.push(event)
    if (held.length === 1) load().then(start).then(release, release)
  }
  for (const kind of kinds) addEventListener(kind, hold, true)
  // Who comes to a message by keyboard may press several keys in a row, of which Tab cannot come again.
  messages.addEventListener('focusin', () => importAtLast(load, start), { once: true })
  setTimeout(importAtLast, unusedMs, load, start)

  // Of the buttons and pictures in messages, Tab reaches only those of the focused message.
  document.addEventListener('keydown', event => {
    if (event.key !== 'Tab') return
    for (const button of document.querySelectorAll<HTMLElement>(
      '#list :is([name=options], .quote, .picture, .motion)',
    )) {
      button.tabIndex = button.closest('article:focus-within') ? 0 : -1
    }
  })
}
