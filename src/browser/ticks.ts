/** Has each article say the status that is shown in it: of a tick, the server sends what is shown alone. */
export function watchTicks(messages: HTMLElement): void {
  const tell = ({ classList: [, status = ''], parentElement }: Element) => {
    const article = parentElement?.closest('article')
    // Most say it already, and each change would have the page look for what it means.
    if (article && article.dataset.status !== status) article.dataset.status = status
  }
  new MutationObserver(changes => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) if (node instanceof Element && node.matches('b.status')) tell(node)
    }
  }).observe(messages, { childList: true, subtree: true })
  // Those that have changed until now.
  const changed = '[data-status=sent] b.status:not(.sent), [data-status=delivered] b.seen'
  for (const shown of messages.querySelectorAll(changed)) tell(shown)
}
