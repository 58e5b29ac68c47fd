// Long because every case of one behaviour stands here.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { keepConnected, type LiveConnection } from '#src/browser/connection.js'
import { loadStream } from '#src/browser/stream-loader.js'
import { TabStorage } from '../support/tab-storage.js'

vi.mock('#src/browser/stream-loader.js', async importOriginal => ({
  ...(await importOriginal<typeof import('#src/browser/stream-loader.js')>()),
  loadStream: vi.fn(),
}))

/** What htmx holds of one connection, with a socket that the test opens and closes. */
class FakeConnection implements WsConnection {
  url = 'ws://localhost/ws?room=room-1&state=first'
  timer = null
  config = { reconnect: true }
  queue: WsConnection['queue'] = []
  closedWith: number | undefined
  readonly socket: { readyState: 0 | 1 | 2 | 3; close: (code?: number) => void }

  constructor() {
    const close = (code?: number) => {
      this.closedWith = code
      if (this.socket.readyState < 2) this.socket.readyState = 2
    }
    this.socket = { readyState: 0, close }
  }
}

/** An element as far as the page's connection touches it. */
class FakeElement extends EventTarget {
  readonly dataset: Record<string, string> = {}
  _htmx: { ws: { connection?: FakeConnection } } = { ws: {} }
  shown = ''

  replaceChildren(...children: string[]): void {
    this.shown = children.join('')
  }
}

class FakeTemplate extends FakeElement {
  readonly content: { cloneNode: () => string }

  constructor(words: string) {
    super()
    this.content = { cloneNode: () => words }
  }
}

class FakeData extends FakeElement {
  value = 'now'
}

let live: FakeElement
let banner: FakeElement
let page: EventTarget
let tab: EventTarget & { hidden: boolean }
let connection: LiveConnection
/** All that htmx has begun, in order. */
let begun: FakeConnection[]
let assigned: string[]

const tell = (name: string, detail: object) => live.dispatchEvent(new CustomEvent(name, { detail, cancelable: true }))
const newest = () => {
  const last = begun.at(-1)
  if (!last) throw new Error('Nothing was connected')
  return last
}

/** htmx connects, as its extension for sockets does. */
function connect(): void {
  if (live._htmx.ws.connection) return
  const next = new FakeConnection()
  tell('htmx:ws:before:connection', { connection: next })
  live._htmx.ws.connection = next
  begun.push(next)
}

function open(which = newest()): void {
  which.socket.readyState = 1
  tell('htmx:ws:after:connection', { connection: which })
}

/** A socket has closed; htmx tries its connection again unless it was told not to. */
function close(which: FakeConnection, code = 1006): void {
  which.socket.readyState = 3
  tell('htmx:ws:close', { connection: which, code })
  if (which.config.reconnect && code < 4000) tell('htmx:ws:before:connection', { connection: which })
}

beforeEach(() => {
  vi.useFakeTimers()
  live = new FakeElement()
  banner = new FakeElement()
  page = new EventTarget()
  tab = Object.assign(new EventTarget(), { hidden: false })
  begun = []
  assigned = []
  const elements: Record<string, FakeElement> = {
    live,
    connection: banner,
    state: new FakeData(),
    'connection-down': new FakeTemplate('Reconnecting'),
    'connection-up': new FakeTemplate('Connected again'),
  }
  vi.stubGlobal('WebSocket', { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 })
  vi.stubGlobal('HTMLTemplateElement', FakeTemplate)
  vi.stubGlobal('HTMLDataElement', FakeData)
  const body = { classList: { toggle: () => {} } }
  vi.stubGlobal('document', Object.assign(tab, { body, getElementById: (id: string) => elements[id] ?? null }))
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('sessionStorage', new TabStorage())
  vi.stubGlobal('location', { search: '', pathname: '/chats/room-1', assign: (url: string) => assigned.push(url) })
  vi.stubGlobal('htmx', { trigger: connect })
  const element = document.getElementById('live')
  if (!element) throw new Error('The page has no element that connects')
  connection = keepConnected(element)
  connect()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.clearAllMocks()
})

describe('a connection', () => {
  it('that closes is told, and told when it is back, for two seconds', () => {
    open()
    expect([connection.isOpen(), banner.shown]).toEqual([true, ''])
    close(newest())
    expect([connection.isOpen(), banner.shown]).toEqual([false, 'Reconnecting'])
    open()
    expect([connection.isOpen(), banner.shown]).toEqual([true, 'Connected again'])
    vi.advanceTimersByTime(1999)
    expect(banner.shown).toBe('Connected again')
    vi.advanceTimersByTime(1)
    expect(banner.shown).toBe('')
  })

  it('that closes as its page is left is no news, but is if the page stays and it does not come back', () => {
    open()
    page.dispatchEvent(new Event('beforeunload'))
    close(newest(), 1001)
    expect([connection.isOpen(), banner.shown]).toEqual([false, ''])
    vi.advanceTimersByTime(5000)
    close(newest())
    expect(banner.shown).toBe('')
    vi.advanceTimersByTime(1)
    close(newest())
    expect(banner.shown).toBe('Reconnecting')
  })

  it('that comes back as its page is left is no news either', () => {
    open()
    page.dispatchEvent(new Event('beforeunload'))
    close(newest(), 1001)
    open()
    expect([connection.isOpen(), banner.shown]).toEqual([true, ''])
  })

  it('comes back by an address that says what the page shows by then', () => {
    expect(newest().url).toContain('state=first')
    open()
    tell('htmx:ws:after:message:incoming', {})
    expect(newest().url).toBe('ws://localhost/ws?room=room-1&state=now&again=1')
    connection.renew()
    expect(newest().url).toBe('ws://localhost/ws?room=room-1&state=now&again=1')
  })

  it('that is open is given up when the browser says that it is offline, though nothing has closed', () => {
    const [old] = begun
    open()
    page.dispatchEvent(new Event('offline'))
    expect(banner.shown).toBe('Reconnecting')
    expect(begun).toHaveLength(2)
    expect(connection.isOpen()).toBe(false)
    expect(old).toMatchObject({ closedWith: 4000, config: { reconnect: false } })
    page.dispatchEvent(new Event('offline'))
    expect(begun, 'one that is not open is left to itself').toHaveLength(2)
  })

  it('that is silent for longer than 25 seconds is given up, one that says something is not', () => {
    open()
    vi.advanceTimersByTime(20_000)
    tell('htmx:ws:after:message:incoming', {})
    vi.advanceTimersByTime(25_000)
    expect(begun).toHaveLength(1)
    vi.advanceTimersByTime(1000)
    expect(begun).toHaveLength(2)
    expect(banner.shown).toBe('Reconnecting')
  })

  it('whose handshake takes longer than 10 seconds is given up', () => {
    vi.advanceTimersByTime(10_000)
    expect(begun).toHaveLength(1)
    vi.advanceTimersByTime(1000)
    expect(begun).toHaveLength(2)
    expect(begun[0]).toMatchObject({ closedWith: 4000, config: { reconnect: false } })
  })

  it.each(['online', 'visibilitychange'])('that is closed is begun anew at once on %s', name => {
    open()
    close(newest())
    for (const target of [page, tab]) target.dispatchEvent(new Event(name))
    expect(begun).toHaveLength(2)
    for (const target of [page, tab]) target.dispatchEvent(new Event(name))
    expect(begun, 'one that is under way is left to itself').toHaveLength(2)
  })
})

describe('a connection that was given up', () => {
  it.each([
    ['open', () => connection.renew()],
    ['closing', () => page.dispatchEvent(new Event('online'))],
  ])('while it was %s is not brought back beside the new one, and its end says nothing', (state, giveUp) => {
    const [old] = begun
    open()
    newest().socket.readyState = state === 'closing' ? 2 : 1
    giveUp()
    open()
    vi.advanceTimersByTime(2000)
    if (!old) throw new Error('Nothing was connected')
    close(old)
    expect([connection.isOpen(), banner.shown]).toEqual([true, ''])
    close(newest())
    expect(banner.shown).toBe('Reconnecting')
    expect(begun).toHaveLength(2)
  })
})

describe('the server ends a connection', () => {
  it('of somebody who is not logged in: the page goes to the form', () => {
    open()
    close(newest(), 4401)
    expect(assigned).toEqual(['/login?next=%2Fchats%2Froom-1'])
    connection.renew()
    expect(begun).toHaveLength(1)
  })

  it('unless the page leads there by itself', () => {
    live.addEventListener('session:over', event => event.preventDefault())
    open()
    close(newest(), 4401)
    expect(assigned).toEqual([])
  })

  it('unless the person is logging out on this page', () => {
    open()
    connection.rest()
    close(newest(), 4401)
    expect(assigned).toEqual([])
  })

  it('to a room that is gone: the page is told', () => {
    const gone = vi.fn()
    live.addEventListener('room:gone', gone)
    open()
    close(newest(), 4404)
    expect(gone).toHaveBeenCalledOnce()
    expect([banner.shown, assigned]).toEqual(['', []])
  })

  it('because too much came at once: the page comes back after 30 seconds', () => {
    open()
    close(newest(), 4429)
    expect(banner.shown).toBe('Reconnecting')
    page.dispatchEvent(new Event('online'))
    vi.advanceTimersByTime(29_999)
    expect(begun).toHaveLength(1)
    vi.advanceTimersByTime(1)
    expect(begun).toHaveLength(2)
  })
})

describe('what goes out', () => {
  const goesOut = (type: string) => tell('htmx:ws:before:message:outgoing', { message: { values: { type } } })

  it('waits for no new connection, but for the report of what was seen', () => {
    expect(['message:send', 'typing:start', 'message:status'].map(goesOut)).toEqual([false, false, true])
    open()
    expect(['message:send', 'typing:start', 'message:status'].map(goesOut)).toEqual([true, true, true])
  })

  it('of a queue that built up is the report alone', () => {
    newest().queue.push(
      ...['typing:start', 'message:status', 'message:send'].map(type => ({ message: { values: { type } } })),
    )
    open()
    expect(newest().queue.map(({ message }) => message.values.type)).toEqual(['message:status'])
  })
})

describe('where sockets fail', () => {
  const health = vi.fn<(path: string) => Promise<{ ok: boolean }>>()
  beforeEach(() => {
    health.mockReset().mockResolvedValue({ ok: true })
    vi.stubGlobal('fetch', health)
  })

  it('three times in a row and plain HTTP is answered, the page goes on by an event stream, and remembers', async () => {
    for (let time = 0; time < 2; time += 1) close(newest())
    expect(health).not.toHaveBeenCalled()
    close(newest())
    await vi.advanceTimersByTimeAsync(0)
    expect(health).toHaveBeenCalledWith('/health')
    expect(sessionStorage.getItem('stream')).toBe(String(Date.now()))
    expect(loadStream).toHaveBeenCalledExactlyOnceWith(live, '&fallback=1', expect.any(Function))
    expect(connection.isOpen()).toBe(false)
    tell('htmx:sse:after:connection', {})
    expect(connection.isOpen()).toBe(true)
  })

  it('and answer no handshake, the page goes on by an event stream too', () => {
    vi.advanceTimersByTime(33_000)
    expect(begun).toHaveLength(4)
    expect(health).toHaveBeenCalledOnce()
  })

  it('after one that worked, that one does not count', async () => {
    for (let time = 0; time < 2; time += 1) close(newest())
    open()
    for (let time = 0; time < 3; time += 1) close(newest())
    expect(health).not.toHaveBeenCalled()
    close(newest())
    expect(health).toHaveBeenCalledOnce()
  })

  it('and plain HTTP fails as well, the page stays with sockets', async () => {
    health.mockResolvedValue({ ok: false })
    for (let time = 0; time < 3; time += 1) close(newest())
    await vi.advanceTimersByTimeAsync(0)
    expect(sessionStorage.getItem('stream')).toBeNull()
    expect(loadStream).not.toHaveBeenCalled()
  })
})
