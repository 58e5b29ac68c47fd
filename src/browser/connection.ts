/** The server says something every 15 s; a line silent for longer than this is dead, though no event tells. */
const silenceMs = 25_000
const watchMs = 1000
const retryMs = 2000
const backAgainMs = 2000
/** A handshake without an answer for this long, back-off included, is given up. */
const handshakeMs = 10_000
/** The server has said that it is too much for it: come back when that is over. */
const tooFastPauseMs = 30_000
const handshakesBeforeStream = 3
/** After this a page that is loaded tries the socket again. */
const streamMemoryMs = 300_000
const notLoggedIn = 4401
const noSuchRoom = 4404

/** The page's line to the server. */
export interface LiveLine {
  isOpen(): boolean
  /** Gives the line up for dead and begins another. */
  renew(): void
  /** The person is logging out on this page, which goes its own way: the end of the line is not to lead it elsewhere. */
  leave(): void
}

const detailOf = (event: Event) => (event instanceof CustomEvent ? event.detail : {})

/** Keeps the page connected: beyond what htmx does by itself, it notices dead lines, comes back at once, and knows SSE. */
export function keepConnected(live: HTMLElement): LiveLine {
  let connection: WsConnection | undefined
  let heardAt = Date.now()
  let isStreaming = false
  let isStreamOpen = false
  let isOver = false
  let wasOpen = false
  let begunAt = Date.now()
  let failedHandshakes = 0
  const status = document.getElementById('line')

  const isOpen = () => (isStreaming ? isStreamOpen : connection?.socket?.readyState === WebSocket.OPEN)

  let said = ''
  const say = (id: string) => {
    said = id
    const template = document.getElementById(id)
    if (template instanceof HTMLTemplateElement) status?.replaceChildren(template.content.cloneNode(true))
    else status?.replaceChildren()
  }
  const isDown = () => {
    isStreamOpen = false
    document.getElementById('typing')?.replaceChildren()
    if (!isOver && said !== 'line-down') say('line-down')
  }
  const isUp = () => {
    heardAt = Date.now()
    wasOpen = true
    failedHandshakes = 0
    isStreamOpen = isStreaming
    if (said !== 'line-down') return
    say('line-up')
    setTimeout(() => said === 'line-up' && say(''), backAgainMs)
  }
  const isHeard = () => {
    heardAt = Date.now()
    updateAddress()
  }

  /** What the page shows by now goes into the address: the server sends only what differs. */
  const updateAddress = () => {
    const state = document.getElementById('state')
    if (!connection || !(state instanceof HTMLDataElement)) return
    const url = new URL(connection.url)
    url.searchParams.set('state', state.value)
    url.searchParams.set('again', '1')
    connection.url = url.href
  }

  /** The server has said why it ends the line. */
  const end = (code: number) => {
    if (isOver) return
    const isFinal = code === notLoggedIn || code === noSuchRoom
    if (isFinal) say('')
    else {
      isDown()
      setTimeout(() => {
        isOver = false
        hurry()
      }, tooFastPauseMs)
    }
    isOver = true
    if (code === notLoggedIn) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`)
    if (code === noSuchRoom) live.dispatchEvent(new Event('line:gone'))
  }

  const connect = () => {
    if (isOver) return
    if (!isStreaming) delete live._htmx?.ws?.connection
    htmx.trigger(live, 'live:connect')
  }
  const renew = () => {
    isDown()
    heardAt = Date.now()
    if (isStreaming) live._htmx?.sse?.reader?.cancel()
    else {
      const old = connection
      clearTimeout(old?.timer ?? undefined)
      connect()
      // A dead line closes seconds later and as if by accident: htmx must not bring it back beside the new one.
      if (old) old.config.reconnect = false
      old?.socket?.close(4000)
    }
  }
  /** After sleep, a lost network or a page taken back from the browser's memory: no waiting for the next attempt. */
  const hurry = () => {
    const isDead = isStreaming
      ? !live._htmx?.sse
      : (connection?.socket?.readyState ?? WebSocket.CLOSED) > WebSocket.OPEN
    if (isDead) {
      clearTimeout(connection?.timer ?? undefined)
      connect()
    } else live._htmx?.sse?.delayCanceller?.()
  }

  const stream = (query = '', again = '') => {
    isStreaming = true
    clearTimeout(connection?.timer ?? undefined)
    // Few networks need it, so few browsers load it. Under the same name, one that failed would fail again.
    import(live.dataset.stream + again).then(
      ({ postInstead }) => postInstead(live, query),
      () => {
        isDown()
        setTimeout(stream, retryMs, query, `${again}?`)
      },
    )
  }
  /** Where plain HTTP answers and sockets fail again and again, something between lets none through. */
  const countFailure = () => {
    if (wasOpen) wasOpen = false
    else failedHandshakes += 1
    if (failedHandshakes < handshakesBeforeStream) return
    failedHandshakes = 0
    fetch('/health').then(
      ({ ok }) => {
        if (!ok || isOpen() || isStreaming) return
        sessionStorage.setItem('stream', String(Date.now()))
        stream('&fallback=1')
      },
      () => {},
    )
  }

  live.addEventListener('htmx:ws:before:connection', event => {
    const isFirst = !connection
    connection = detailOf(event).connection
    begunAt = Date.now()
    if (!isFirst) updateAddress()
    if (isStreaming) event.preventDefault()
  })
  live.addEventListener('htmx:ws:after:connection', () => {
    // Bubbles send themselves again and typing is over; only what was seen must still be said.
    const queue = connection?.queue ?? []
    queue.splice(0, queue.length, ...queue.filter(({ message }) => message.values.type === 'message:status'))
    isUp()
  })
  live.addEventListener('htmx:ws:before:message:outgoing', event => {
    if (!isOpen() && detailOf(event).message.values.type !== 'message:status') event.preventDefault()
  })
  live.addEventListener('htmx:ws:close', event => {
    const { code, connection: closed } = detailOf(event)
    if (!code || closed !== connection || isStreaming) return
    if (code > 4400) return end(code)
    isDown()
    countFailure()
  })
  live.addEventListener('htmx:ws:after:message:incoming', isHeard)

  live.addEventListener('htmx:sse:after:connection', isUp)
  for (const name of ['htmx:sse:after:message', 'line:beat']) live.addEventListener(name, isHeard)
  for (const name of ['htmx:sse:error', 'htmx:sse:before:connection']) {
    live.addEventListener(name, event => {
      if (isOver) event.preventDefault()
      else if (isStreamOpen || name === 'htmx:sse:error') isDown()
    })
  }
  live.addEventListener('line:close', event => end(Number(detailOf(event).data)))
  live.addEventListener('htmx:sse:close', () => setTimeout(hurry, retryMs))
  live.addEventListener('htmx:error', event => {
    if (isStreaming && event.target === live) setTimeout(hurry, retryMs)
  })

  setInterval(() => {
    const isShaking = connection?.socket?.readyState === WebSocket.CONNECTING && !isStreaming
    if (isOpen() && Date.now() - heardAt > silenceMs) renew()
    else if (isShaking && Date.now() - begunAt > handshakeMs) {
      renew()
      countFailure()
    }
  }, watchMs)
  addEventListener('online', hurry)
  addEventListener('pageshow', event => event.persisted && hurry())
  document.addEventListener('visibilitychange', () => document.hidden || hurry())

  // A network that let no socket through a moment ago is not tried again at every page.
  const isForced = new URLSearchParams(location.search).get('live') === 'sse'
  const streamedAt = Number(sessionStorage.getItem('stream'))
  if (isForced || Date.now() - streamedAt < streamMemoryMs) stream()
  return {
    isOpen,
    renew,
    leave() {
      isOver = true
    },
  }
}
