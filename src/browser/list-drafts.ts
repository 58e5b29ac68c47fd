import type { SealedStorage } from './sealed-storage.js'

/** Longer drafts are cut: the list shows one line. */
const shownLength = 120

/** Shows in the list of chats what was written in others of them and not sent. */
export function showDrafts(storage: Pick<SealedStorage, 'getItem' | 'names'>): void {
  const list = document.getElementById('chats')
  if (!list) return
  const draftFor = (personId = '') =>
    storage.getItem(storage.names.find(name => name.startsWith('draft ') && name.endsWith(` ${personId}`)) ?? '')
  const show = () => {
    for (const link of list.querySelectorAll<HTMLElement>('a:not([aria-current], :has(.draft))')) {
      const text = draftFor(link.dataset.person)
      if (!text) continue
      const line = document.createElement('span')
      line.className = 'draft'
      const words = document.createElement('bdi')
      words.textContent = text.slice(0, shownLength)
      line.append((list.dataset.draft ?? '').replace('#', '').trim(), ' ', words)
      link.querySelector('.last')?.before(line)
    }
  }
  show()
  // A push puts the line of a chat in again.
  new MutationObserver(show).observe(list, { childList: true, subtree: true })
}
