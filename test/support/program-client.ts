import WebSocket from 'ws'
import type { PageTimes } from './page-client.js'
import { frameSchema, type HeardMessage, type Reply } from './program-frames.js'
import { programLine } from './program-line.js'

/** A message that is not answered yet. One that is refused for good stays, and lets the others pass. */
interface Unsent {
  readonly nonce: string
  readonly text: string
  state: 'pending' | 'refused'
}

/** The codes by which a page would be closed. */
const [notLoggedIn, noSuchRoom] = [4401, 4404]

/**
 * A program that chats in one room as docs/api.md says: it sends one message after the other, each by its nonce until it is
 * answered, and joins the room again whenever it was cut.
 */
export class ProgramClient {
  /** Every message that it was ever told of, by its text. */
  readonly shownAs = new Map<string, Set<string>>()
  readonly shownAt = new Map<string, number>()
  readonly endings = new Map<number, number>()
  pending: Unsent[] = []
  connections = 0
  isGone = false
  isOpen = false
  readonly #url: string
  readonly #token: string
  readonly #roomId: string
  readonly #times: PageTimes
  #socket: WebSocket | null = null
  #timer: NodeJS.Timeout | undefined
  #unanswered: NodeJS.Timeout | undefined
  #lastOfOther = ''
  #lastSeq = 0
  /** The newest message that it had when it connected. */
  #knownSeq = 0
  #isStopped = false
  #goneFor = 0
  #onJoined = () => {}
  readonly #written = new Set<string>()

  constructor(url: string, token: string, roomId: string, times: PageTimes) {
    this.#url = url
    this.#token = token
    this.#roomId = roomId
    this.#times = times
  }

  /** Connects, and resolves once it has joined the room. */
  load(): Promise<void> {
    const joined = new Promise<void>(resolve => {
      this.#onJoined = resolve
    })
    this.#connect()
    return joined
  }

  write(text: string): void {
    this.#written.add(text)
    this.pending.push({ nonce: Math.random().toString(36).slice(2), text, state: 'pending' })
    if (this.pending.filter(({ state }) => state === 'pending').length === 1) this.#sendNext()
  }

  /** Tries again what was refused. */
  tryAgain(): void {
    this.pending = this.pending.map(each => ({ ...each, state: 'pending' }))
    this.#sendNext()
  }

  /** Reports all that it has as seen. */
  see(): void {
    if (this.isOpen && this.#lastOfOther)
      this.#say({ type: 'message:status', messageId: this.#lastOfOther, status: 'seen' })
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
    clearTimeout(this.#unanswered)
    this.#socket?.terminate()
  }

  #connect(): void {
    if (this.#isStopped || this.isGone) return
    const socket = programLine(this.#url, { token: this.#token, handshakeTimeout: this.#times.unansweredMs })
    this.#socket = socket
    socket.on('error', () => {})
    socket.on('open', () => {
      this.connections += 1
      this.#knownSeq = this.#lastSeq
      this.#join()
    })
    socket.on('message', data => this.#take(data.toString()))
    socket.on('unexpected-response', (_request, response) => {
      if (response.statusCode === 401) this.#end(notLoggedIn)
      socket.terminate()
    })
    socket.on('close', code => {
      this.isOpen = false
      clearTimeout(this.#unanswered)
      const why = this.#goneFor || code
      this.endings.set(why, (this.endings.get(why) ?? 0) + 1)
      this.#timer = setTimeout(() => this.#connect(), this.#times.reconnectMs)
    })
  }

  /** It does not come back: there is nothing to come back to. */
  #end(code: number): void {
    this.isGone = true
    this.#goneFor = code
  }

  #join(before?: number): void {
    this.#ask({ type: 'room:join', ref: 'join', ...(before !== undefined && { before }) })
  }

  /** Says what has to be answered, or the connection counts as dead. */
  #ask(frame: Record<string, unknown>): void {
    clearTimeout(this.#unanswered)
    this.#unanswered = setTimeout(() => this.#socket?.terminate(), this.#times.unansweredMs)
    this.#say(frame)
  }

  #say(frame: Record<string, unknown>): void {
    if (this.#socket?.readyState === WebSocket.OPEN)
      this.#socket.send(JSON.stringify({ ...frame, roomId: this.#roomId }))
  }

  #sendNext(): void {
    const next = this.pending.find(({ state }) => state === 'pending')
    if (next && this.isOpen) this.#ask({ type: 'message:send', content: next.text, nonce: next.nonce, ref: next.nonce })
  }

  #take(text: string): void {
    const { data: frame } = frameSchema.safeParse(JSON.parse(text))
    if (frame?.type === 'message:new') {
      if (frame.roomId === this.#roomId) this.#show(frame)
      else this.#note(frame)
    } else if (frame?.type === 'reply') this.#takeReply(frame)
  }

  #takeReply(reply: Reply): void {
    clearTimeout(this.#unanswered)
    if (!reply.ok) this.#takeRefusal(reply)
    else if (reply.ref === 'join') this.#takeJoin(reply)
    else {
      this.pending = this.pending.filter(({ nonce }) => nonce !== reply.ref)
      this.#sendNext()
    }
  }

  #takeJoin({ hasEarlier, messages = [] }: Reply): void {
    const [first] = messages
    for (const message of messages) this.#show(message)
    if (hasEarlier && first !== undefined && first.seq > this.#knownSeq + 1) this.#join(first.seq)
    else {
      this.isOpen = true
      this.#onJoined()
      this.#sendNext()
    }
  }

  #takeRefusal({ ref, code = '', retryAfterMs }: Reply): void {
    if (code === 'not_found') {
      this.#end(noSuchRoom)
      this.#socket?.close()
    } else if (retryAfterMs !== undefined) {
      this.#timer = setTimeout(() => (ref === 'join' ? this.#join() : this.#sendNext()), retryAfterMs)
    } else {
      for (const each of this.pending) if (each.nonce === ref) each.state = 'refused'
      this.#sendNext()
    }
  }

  #show(message: HeardMessage): void {
    this.#note(message)
    this.#lastSeq = Math.max(this.#lastSeq, message.seq)
    if (!this.#written.has(message.content)) this.#lastOfOther = message.id
  }

  #note({ id, content }: HeardMessage): void {
    if (!this.shownAt.has(content)) this.shownAt.set(content, Date.now())
    this.shownAs.set(content, (this.shownAs.get(content) ?? new Set()).add(id))
  }
}
