/** The menus of a chat and of its messages, which open and close without a script. */
export function watchMenus(): void {
  // A menu does not stay open behind the focus.
  document.addEventListener('focusin', ({ target }) => {
    const menu = document.querySelector<HTMLElement>('.menu:popover-open, .message-menu:popover-open')
    if (!(menu && target instanceof Element) || menu.contains(target)) return
    // Its own button closes it when it is pressed.
    if (target.getAttribute('popovertarget') !== menu.id) menu.hidePopover()
  })
  const options = document.getElementById('options')
  options?.addEventListener('submit', event => {
    // This gives the focus back to its button, and the dialog gives it back to where it was.
    options.hidePopover()
    if (!(event.target instanceof Element && event.target.matches('[data-end]'))) return
    event.preventDefault()
    document.querySelector<HTMLDialogElement>('#end')?.showModal()
  })
  // What was chosen did not reach the server: the menu shows again what holds.
  for (const failure of ['htmx:error', 'htmx:response:error']) {
    options?.addEventListener(failure, ({ target }) => target instanceof HTMLFormElement && target.reset())
  }
  // htmx leaves a switch that was set by hand as it is. To replace it would take the focus from it. An open menu is no part of
  // its message, which may change below it.
  htmx.registerExtension('menus', {
    htmx_before_morph_node: (before, { newNode }) => {
      if (before instanceof HTMLInputElement) before.checked = newNode.hasAttribute('checked')
      const menu = before instanceof Element && before.matches('article') && before.querySelector('.message-menu')
      if (menu) newNode.append(menu.cloneNode(true))
    },
  })
}

/** Puts a menu that came with the page back into its message, which may have been drawn anew before `watchMenus`. */
export function keepMenu(menu: Element): void {
  const reply = menu.querySelector('button')
  const article = document.querySelector(`[data-message-id="${reply?.value}"]`)
  if (menu.isConnected || !article) return
  article.append(menu)
  // From the menu the focus went to its message.
  if (article === document.activeElement) reply?.focus()
}
