/** The number of unread messages in the title, which goes up with every message received in any chat. */
export const countUnread = (): number => Number(/^\((\d+)\)/.exec(document.title)?.[1] ?? 0)

/** Calls back each time that the number of unread messages in the title has changed. */
export function watchUnread(hear: (unread: number, before: number) => void): void {
  const title = document.querySelector('title')
  if (!title) return
  let unread = countUnread()
  new MutationObserver(() => {
    const before = unread
    unread = countUnread()
    if (unread !== before) hear(unread, before)
  }).observe(title, { childList: true, characterData: true, subtree: true })
}
