/**
 * Has the message with the focus be described by the times and the status that it had when the focus came, or when a key was pressed
 * there last. Else a screen reader says all of the message again at each tick. What is shown changes at once.
 */
export function watchFocusedMessage(messages: HTMLElement): void {
  let meta: HTMLElement | null = null
  const said = document.createElement('span')
  said.className = 'ear'

  const hold = () => {
    if (!meta || (!said.isConnected && meta.textContent === said.textContent)) return
    for (const part of meta.children) if (part !== said) part.ariaHidden = 'true'
    if (!said.isConnected) meta.append(said)
  }
  const release = () => {
    said.remove()
    for (const part of meta?.children ?? []) part.ariaHidden = null
    meta = null
  }
  const take = (at: EventTarget | null) => {
    release()
    if (!(at instanceof Element && at.matches('article'))) return
    meta = at.querySelector('.meta')
    said.textContent = meta?.textContent ?? ''
  }
  new MutationObserver(hold).observe(messages, { childList: true, characterData: true, subtree: true })
  for (const name of ['focusin', 'keyup']) messages.addEventListener(name, ({ target }) => take(target))
  messages.addEventListener('focusout', release)
  take(document.activeElement)
}
