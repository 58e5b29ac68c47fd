import { ConnectionBanner } from './connection-banner.js'
import { retryMs } from './retry-delay.js'
import { leadToLogIn } from './session-end.js'
import { loadStream, prefersStream, rememberNoSockets } from './stream-loader.js'

/** The server says something every 15 s; a connection silent for longer than this is dead, though no event says so. */
const silenceMs = 25_000
const watchMs = 1000
/** A handshake without an answer for this long, including the wait before it, is given up. */
const handshakeMs = 10_000
/** The page waits this long when too much came at once for the server, or when the person began to log out and did not. */
const pauseMs = 30_000
const handshakesBeforeStream = 3
const notLoggedIn = 4401
const noSuchRoom = 4404

/** The page's connection to the server, a socket or an event stream. */
export interface LiveConnection {
  isOpen(): boolean
  /** Takes the connection for dead and begins another. */
  renew(): void
  /** The person is logging out on this page: the end of the connection must not lead the page elsewhere. */
  rest(): void
}

const detailOf = (event: Event) => (event instanceof CustomEvent ? event.detail : {})
const isReport = ({ message }: WsConnection['queue'][number]) =>
  /^(message:status|list:delivered|vanished:shown)$/.test(String(message.values.type))

/**
 * Keeps the page connected. Beyond what htmx does by itself, it notices dead connections, reconnects at once where that
 * may work, and goes on by an event stream where no socket gets through.
 */
export function keepConnected(live: HTMLElement): LiveConnection {
  let connection: WsConnection | undefined
  let heardAt = Date.now()
  let isStreaming = false
  let isStreamOpen = false
  let isOver = false
  let wasOpen = false
  let begunAt = Date.now()
  let failedHandshakes = 0
  const banner = new ConnectionBanner()

  const isOpen = () => (isStreaming ? isStreamOpen : connection?.socket?.readyState === WebSocket.OPEN)

  const onDown = () => {
    isStreamOpen = false
    document.getElementById('typing')?.replaceChildren()
    if (!isOver) banner.down()
  }
  const onUp = () => {
    heardAt = Date.now()
    wasOpen = true
    failedHandshakes = 0
    isStreamOpen = isStreaming
    banner.up()
  }
  const onHeard = () => {
    heardAt = Date.now()
    updateAddress()
  }

  /** Puts what the page shows now into the address, so that the server sends only what differs. */
  const updateAddress = () => {
    const state = document.getElementById('state')
    if (!connection || !(state instanceof HTMLDataElement)) return
    const url = new URL(connection.url)
    url.searchParams.set('state', state.value)
    url.searchParams.set('again', '1')
    connection.url = url.href
  }

  const rest = () => {
    isOver = true
    setTimeout(() => {
      isOver = false
      hurry()
    }, pauseMs)
  }

  /** The server has said why it closes the connection. */
  const end = (code: number) => {
    if (isOver) return
    if (code === notLoggedIn || code === noSuchRoom) {
      isOver = true
      banner.clear()
    } else {
      onDown()
      rest()
    }
    if (code === notLoggedIn) leadToLogIn(live)
    if (code === noSuchRoom) live.dispatchEvent(new Event('room:gone'))
  }

  /** A dead connection closes late and as if by accident: htmx must not bring it back beside the new one. */
  const retire = () => {
    clearTimeout(connection?.timer ?? undefined)
    if (connection) connection.config.reconnect = false
    connection?.socket?.close(4000)
    delete live._htmx?.ws?.connection
  }
  const connect = () => {
    if (isOver) return
    if (!isStreaming) retire()
    htmx.trigger(live, 'live:connect')
  }
  const renew = () => {
    onDown()
    heardAt = Date.now()
    if (isStreaming) live._htmx?.sse?.reader?.cancel()
    else connect()
  }
  /** After sleep or a lost network: reconnects without waiting. */
  const hurry = () => {
    const isDead = isStreaming
      ? !live._htmx?.sse
      : (connection?.socket?.readyState ?? WebSocket.CLOSED) > WebSocket.OPEN
    if (isDead) connect()
    else live._htmx?.sse?.delayCanceller?.()
  }

  const stream = (query = '') => {
    isStreaming = true
    clearTimeout(connection?.timer ?? undefined)
    loadStream(live, query, onDown)
  }
  /** If plain HTTP is answered and sockets fail again and again, something between lets none through. */
  const countFailure = () => {
    if (wasOpen) wasOpen = false
    else failedHandshakes += 1
    if (failedHandshakes < handshakesBeforeStream) return
    failedHandshakes = 0
    fetch('/health').then(
      ({ ok }) => {
        if (!ok || isOpen() || isStreaming) return
        rememberNoSockets()
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
    // The outbox sends again by itself, and nobody types any more; only what was shown must still be reported.
    const queue = connection?.queue ?? []
    queue.splice(0, queue.length, ...queue.filter(isReport))
    onUp()
  })
  live.addEventListener('htmx:ws:before:message:outgoing', event => {
    if (!isOpen() && !isReport(detailOf(event))) event.preventDefault()
  })
  live.addEventListener('htmx:ws:close', event => {
    const { code, connection: closed } = detailOf(event)
    if (!code || closed !== connection || isStreaming) return
    if (code > 4400) return end(code)
    onDown()
    countFailure()
  })
  live.addEventListener('htmx:ws:after:message:incoming', onHeard)

  live.addEventListener('htmx:sse:after:connection', onUp)
  for (const name of ['htmx:sse:after:message', 'connection:beat']) live.addEventListener(name, onHeard)
  for (const name of ['htmx:sse:error', 'htmx:sse:before:connection']) {
    live.addEventListener(name, event => {
      if (isOver) event.preventDefault()
      else if (isStreamOpen || name === 'htmx:sse:error') onDown()
    })
  }
  live.addEventListener('connection:close', event => end(Number(detailOf(event).data)))
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
  // A socket over a network that is lost may stay open for long without a word.
  addEventListener('offline', () => isOpen() && renew())
  addEventListener('online', hurry)
  document.addEventListener('visibilitychange', () => document.hidden || hurry())

  if (prefersStream()) stream()
  return { isOpen, renew, rest }
}
