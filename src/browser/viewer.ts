import { keepPreviewsStill } from './still-previews.js'

// This script is loaded before the first preview is shown.
keepPreviewsStill()

/** Resolves once the style of the dialog is there, or cannot be had: then it is asked for again the next time. */
function loadStyle({ dataset }: HTMLElement): Promise<void> {
  const { style } = dataset
  if (style === undefined || document.querySelector(`link[href="${style}"]`)) return Promise.resolve()
  const link = document.createElement('link')
  link.rel = 'stylesheet'
  link.href = style
  document.head.append(link)
  return new Promise(resolve => {
    link.onload = () => resolve()
    link.onerror = () => {
      link.remove()
      resolve()
    }
  })
}

/**
 * Shows a picture large in a dialog, which closes when its message goes or is hidden, by a push or by its time. A closed dialog
 * holds nothing of it.
 */
export async function view(link: HTMLAnchorElement): Promise<void> {
  const dialog = document.getElementById('viewer')
  const large = dialog?.querySelector('img')
  const small = link.querySelector('img')
  if (!(dialog instanceof HTMLDialogElement && large && small)) return
  await loadStyle(dialog)
  // Its message may have gone meanwhile, or it was pressed twice.
  if (!link.isConnected || dialog.open) return
  // As in its message, it moves or stands still.
  const still = link.querySelector('source')?.cloneNode()
  if (still) large.before(still)
  dialog.className = link.querySelector('picture')?.className ?? ''
  large.src = small.src
  large.alt = small.alt
  const watch = new MutationObserver(() => {
    if (!dialog.open || (link.isConnected && !link.closest('[hidden]'))) return
    dialog.close()
    document.getElementById('messages')?.focus()
  })
  const forget = () => {
    watch.disconnect()
    large.alt = ''
    large.removeAttribute('src')
    large.parentElement?.querySelector('source')?.remove()
  }
  watch.observe(document.body, { childList: true, subtree: true, attributeFilter: ['hidden'] })
  dialog.addEventListener('close', forget, { once: true })
  dialog.showModal()
  dialog.scrollTo(0, 0)
}
