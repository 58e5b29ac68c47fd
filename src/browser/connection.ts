/** The server says something every 15 s; a line silent for longer than this is dead, though no event tells. */
const silenceMs = 25_000
const watchMs = 1000
const ended = 4401
const gone = 4404

export interface LiveLine {
  isOpen(): boolean
}

const detailOf = (event: Event) => (event instanceof CustomEvent ? event.detail : {})

/** Keeps the page's socket open: beyond what htmx does by itself, it notices dead lines and comes back at once. */
export function keepConnected(live: HTMLElement): LiveLine {
  let connection: WsConnection | undefined
  let heardAt = Date.now()
  const status = document.getElementById('line')
  const down = document.getElementById('line-down')

  const isOpen = () => connection?.socket?.readyState === WebSocket.OPEN

  /** What the page shows by now goes into the address: the server sends only what differs. */
  const updateAddress = () => {
    const state = document.getElementById('state')
    if (!connection || !(state instanceof HTMLDataElement)) return
    const url = new URL(connection.url)
    url.searchParams.set('state', state.value)
    url.searchParams.set('again', '1')
    connection.url = url.href
  }

  const reconnect = () => {
    if (connection?.socket && connection.socket.readyState < WebSocket.CLOSING) return
    clearTimeout(connection?.timer ?? undefined)
    delete live._htmx?.ws?.connection
    htmx.trigger(live, 'live:connect')
  }

  live.addEventListener('htmx:ws:before:connection', event => {
    const isFirst = !connection
    connection = detailOf(event).connection
    if (!isFirst) updateAddress()
  })
  live.addEventListener('htmx:ws:after:connection', () => {
    heardAt = Date.now()
    status?.replaceChildren()
    // Bubbles send themselves again and typing is over; only what was seen must still be said.
    const queue = connection?.queue ?? []
    const kept = queue.filter(({ message }) => message.values.type === 'message:status')
    queue.splice(0, queue.length, ...kept)
  })
  live.addEventListener('htmx:ws:after:message:incoming', () => {
    heardAt = Date.now()
    updateAddress()
  })
  live.addEventListener('htmx:ws:before:message:outgoing', event => {
    if (!isOpen() && detailOf(event).message.values.type !== 'message:status') event.preventDefault()
  })
  live.addEventListener('htmx:ws:close', event => {
    const { code } = detailOf(event)
    if (code === ended) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`)
    else if (code === gone) location.reload()
    else if (code && down instanceof HTMLTemplateElement) status?.replaceChildren(down.content.cloneNode(true))
    document.getElementById('typing')?.replaceChildren()
  })

  setInterval(() => {
    if (isOpen() && Date.now() - heardAt > silenceMs) connection?.socket?.close(4000)
    if (connection?.socket?.readyState === WebSocket.CLOSING && Date.now() - heardAt > silenceMs) reconnect()
  }, watchMs)
  addEventListener('online', reconnect)
  addEventListener('pageshow', event => event.persisted && reconnect())
  document.addEventListener('visibilitychange', () => document.hidden || reconnect())
  return { isOpen }
}
