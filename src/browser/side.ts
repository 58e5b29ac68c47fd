/** As wide as the list of chats stands beside a chat (src/browser/styles/panes.css), with a mouse or the like. */
const besideChat = '(min-width: 52rem) and (pointer: fine)'

/** Keeps how far the list of chats is scrolled, where it is shown, and has who goes from one chat to another write at once. */
export function keepSide(): void {
  const side = document.querySelector('.side')
  if (!side) return
  const top = sessionStorage.getItem('side')
  if (top !== null) {
    side.scrollTop = Number(top)
    // What the page itself gives the focus to, such as errors or an open menu, keeps it.
    const isFree = !document.querySelector('main [autofocus]')
    if (isFree && matchMedia(besideChat).matches) document.getElementById('content')?.focus({ preventScroll: true })
  }
  addEventListener('pagehide', () => {
    // A phone shows no list beside a chat.
    if (side.clientHeight) sessionStorage.setItem('side', String(side.scrollTop))
  })
}
