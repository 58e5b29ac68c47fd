/** Opens a picture large in a dialog, which goes when the picture does. */
export function watchViewer(live: HTMLElement): void {
  const dialog = document.getElementById('viewer')
  const large = dialog?.querySelector('img')
  if (!(dialog instanceof HTMLDialogElement && large)) return
  let opened: Element | null = null

  live.addEventListener('click', event => {
    const link = event.target instanceof Element ? event.target.closest('a.picture') : null
    const small = link?.querySelector('img')
    if (!small || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    opened = link
    large.src = small.src
    large.alt = small.alt
    dialog.showModal()
  })
  dialog.addEventListener('close', () => {
    large.alt = ''
    large.removeAttribute('src')
  })
  live.addEventListener('htmx:after:swap', () => {
    if (!dialog.open || opened?.isConnected) return
    dialog.close()
    document.getElementById('messages')?.focus()
  })
}
