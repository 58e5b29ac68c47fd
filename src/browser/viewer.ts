let opened: HTMLAnchorElement | null = null

/** Shows a picture large in a dialog, which goes when the picture does. */
export function view(link: HTMLAnchorElement): void {
  const dialog = document.getElementById('viewer')
  const large = dialog?.querySelector('img')
  const small = link.querySelector('img')
  if (!(dialog instanceof HTMLDialogElement && large && small)) return
  large.src = small.src
  large.alt = small.alt
  if (!opened) watch(dialog, large)
  opened = link
  dialog.showModal()
}

function watch(dialog: HTMLDialogElement, large: HTMLImageElement): void {
  dialog.addEventListener('close', () => {
    large.alt = ''
    large.removeAttribute('src')
  })
  document.addEventListener('htmx:after:swap', () => {
    if (!dialog.open || opened?.isConnected) return
    dialog.close()
    document.getElementById('messages')?.focus()
  })
}
