/** Has each article say the status that is shown in it: of a tick, the server sends what is shown alone. */
export function watchTicks(messages: HTMLElement): void {
  const tell = (shown: Element) => shown.closest('article')?.setAttribute('data-status', shown.classList[1] ?? '')
  new MutationObserver(changes => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) if (node instanceof Element && node.matches('b.status')) tell(node)
    }
  }).observe(messages, { childList: true, subtree: true })
  for (const shown of messages.querySelectorAll('article b.status')) tell(shown)
}
