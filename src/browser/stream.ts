/** Turns the page to server-sent events: it listens to a stream, and posts what it would send over the socket. */
export function postInstead(live: HTMLElement, query: string): void {
  const room = live.dataset.room
  const base = room ? `/chats/${room}/` : '/chats/'
  const { searchParams } = new URL(live.getAttribute('hx-ws:connect') ?? '', location.href)
  searchParams.delete('room')
  // Reports of messages seen before this script was loaded are lost: `again` has the server ask for them once more.
  searchParams.set('again', '1')
  live.removeAttribute('hx-ws:connect')
  live.setAttribute('hx-sse:connect', `${base}events?${searchParams}${query}`)

  const convert = (root: Element) => {
    for (const element of [root, ...root.querySelectorAll('[hx-ws\\:send]')]) {
      if (!element.hasAttribute('hx-ws:send')) continue
      element.removeAttribute('hx-ws:send')
      element.setAttribute('hx-post', base + (element instanceof HTMLFormElement ? 'messages' : 'frames'))
      element.setAttribute('hx-swap', 'none')
      // A post that hangs on a dead connection must not hold back the one that sends it again.
      element.setAttribute('hx-sync', 'this:replace')
    }
  }
  convert(live)
  document.addEventListener('htmx:before:process', event => event.target instanceof Element && convert(event.target))
  document.addEventListener('htmx:config:request', event => {
    const token = document.querySelector<HTMLInputElement>('input[name="_csrf"]')
    if (event instanceof CustomEvent && token) event.detail.ctx.request.headers['csrf-token'] = token.value
  })
  if (live._htmx) htmx.process(live, true)
}
