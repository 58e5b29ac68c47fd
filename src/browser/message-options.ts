/** The list by keyboard, what a message with the focus says, its options, replies, and pausing pictures. A script of its own, loaded when one is used. */
import { announce } from './announcer.js'
import { watchFocusedMessage } from './focused-message.js'
import { watchMotion } from './motion.js'

/**
 * Watches the keys of the list, the options of messages, which open without a script, the quotes of replies, and the buttons of
 * moving pictures.
 */
export function watchOptions(messages: HTMLElement): void {
  watchMotion()
  watchFocusedMessage(messages)
  const content = document.getElementById('content')
  addEventListener('click', event => {
    const pressed =
      event.target instanceof Element &&
      event.target.closest<HTMLElement>('#list [name=options], .message-menu button, .quote, #replying .cancel')
    if (!pressed) return
    if (pressed instanceof HTMLButtonElement && pressed.name === 'options') openMenu(event, pressed)
    else if (pressed.matches('.quote')) followQuote(event, pressed)
    else if (pressed.matches('.cancel')) {
      event.preventDefault()
      pressed.parentElement?.remove()
      content?.focus()
    } else {
      closeMenu(pressed.closest<HTMLElement>('.message-menu'))
      if (pressed.matches('[name=reply]')) content?.focus()
      if (pressed.matches('.copy')) copy(pressed, messages.dataset.copied ?? '')
    }
  })
  messages.addEventListener('keydown', event => takeKey(event, messages, content))
  // The menu key has opened our menu; on Windows the browser's own would come when it is let go.
  messages.addEventListener('contextmenu', event => {
    if (document.activeElement?.closest('.message-menu')) event.preventDefault()
  })
}

/** One tab stop; arrows, Home and End within it; Enter and the menu key open the options; Escape leads to the composer. */
function takeKey(event: KeyboardEvent, messages: HTMLElement, content: HTMLElement | null): void {
  const { target, key } = event
  if (!(target instanceof Element) || target.closest('[popover]')) return
  if (key === 'Escape') content?.focus()
  if (target.matches('article') && (key === 'Enter' || key === 'ContextMenu')) {
    event.preventDefault()
    target.querySelector<HTMLElement>('[name=options]')?.click()
  }
  const articles = [...messages.querySelectorAll('article')]
  const at = articles.findIndex(article => article.contains(document.activeElement))
  const last = articles.length - 1
  const targets: Record<string, number> = { ArrowUp: at < 0 ? last : at - 1, ArrowDown: at + 1, Home: 0, End: last }
  const next = targets[key]
  if (next === undefined || last < 0) return
  event.preventDefault()
  articles[Math.min(last, Math.max(0, next))]?.focus()
}

/** Puts the menu into the message of a button, as what the browser opens and closes by that button. */
function openMenu(event: Event, button: HTMLButtonElement): void {
  const article = button.closest<HTMLElement>('article')
  const template = document.getElementById('message-menu')
  if (!article || button.popoverTargetElement || !(template instanceof HTMLTemplateElement)) return
  event.preventDefault()
  const open = article.querySelector<HTMLElement>('.message-menu')
  const menu = template.content.firstElementChild?.cloneNode(true)
  if (open) closeMenu(open)
  if (open || !(menu instanceof HTMLElement)) return
  const { messageId = '', status } = article.dataset
  menu.querySelector('[name=reply]')?.setAttribute('value', messageId)
  if (!article.querySelector('.text')?.textContent) menu.querySelector('.copy')?.remove()
  const unsend = menu.querySelector('[formaction]')
  if (!status) unsend?.remove()
  else
    for (const name of ['formaction', 'hx-post']) {
      unsend?.setAttribute(name, unsend.getAttribute(name)?.replace('//', `/${messageId}/`) ?? '')
    }
  article.append(menu)
  htmx.process(menu)
  button.type = 'button'
  button.popoverTargetElement = menu
  menu.addEventListener('toggle', ({ newState }) => {
    if (newState === 'open') return
    menu.remove()
    for (const name of ['type', 'popovertarget']) button.removeAttribute(name)
  })
  menu.showPopover({ source: button })
  menu.querySelector('button')?.focus()
}

/** Closes a menu that is open; one that came with the page once it has done its work. */
function closeMenu(menu: HTMLElement | null): void {
  if (menu?.popover) menu.hidePopover()
  else setTimeout(() => menu?.remove())
}

/** Where the page does not hold the message, the link leads to one that does. */
function followQuote(event: Event, quote: HTMLElement): void {
  const { hash } = new URL(quote.getAttribute('href') ?? '', location.href)
  const article = document.querySelector<HTMLElement>(`${hash} > article`)
  if (!article) return
  event.preventDefault()
  location.replace(hash)
  article.focus()
}

/** Copies the message whose menu has this button, as it was written, and says so in `words`. */
function copy(button: Element, words: string): void {
  const shown = button.closest('article')?.querySelector('.text')?.cloneNode(true)
  if (!(shown instanceof Element)) return
  // Not part of what was written.
  for (const note of shown.querySelectorAll('.leads-to')) note.remove()
  const write = (event: ClipboardEvent) => {
    event.preventDefault()
    event.clipboardData?.setData('text/plain', shown.textContent ?? '')
  }
  // Without https there is no `navigator.clipboard`.
  addEventListener('copy', write, { once: true })
  const isDone = document.execCommand('copy')
  removeEventListener('copy', write)
  if (isDone) announce('announcer', words)
}
