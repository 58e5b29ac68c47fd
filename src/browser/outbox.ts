import { type Answer, type Entry, isUnsent, lacksPicture, type Pending } from './outbox-entry.js'

/** Times in milliseconds. */
export interface OutboxOptions {
  /** Why a text can never be sent as it is, in the reader's words; '' for one that can. */
  readonly refusalOf?: (text: string) => string
  /** Without an answer for this long the connection is taken for dead. */
  readonly unansweredMs?: number
  /** Without an answer for this long, counted while the connection is open, a message counts as not sent. */
  readonly giveUpMs?: number
}

/**
 * The messages that are written and not yet in the list, in their order. They are sent one at a time, so that they
 * arrive in that order; each is sent again by its nonce until it is answered. Knows no page, no connection and no clock:
 * it is told what happens and when (`now`, in ms since the epoch), and says what to do.
 */
export class Outbox {
  readonly #refusalOf: (text: string) => string
  readonly #unansweredMs: number
  readonly #giveUpMs: number
  #entries: readonly Entry[] = []
  #sentAt = 0
  /** For how long the message with this nonce has been without an answer while the connection was open. */
  #unanswered = { nonce: '', ms: 0 }

  constructor({ refusalOf = () => '', unansweredMs = 5000, giveUpMs = 15_000 }: OutboxOptions = {}) {
    this.#refusalOf = refusalOf
    this.#unansweredMs = unansweredMs
    this.#giveUpMs = giveUpMs
  }

  get entries(): readonly Entry[] {
    return this.#entries
  }

  /** What is kept for a reload: a picture that is not uploaded is not, only its description. */
  get kept(): Pending[] {
    return this.#entries.map(({ nonce, text, imageId, at, alt, replyTo }) => ({
      nonce,
      text,
      imageId,
      at,
      alt,
      replyTo,
    }))
  }

  /** Whether a picture that may still be sent would be lost with the page. */
  get holdsPicture(): boolean {
    return this.#entries.some(entry => lacksPicture(entry) && entry.state !== 'refused')
  }

  /** Adds a message at the end. */
  add({ nonce, text, imageId, at, alt, replyTo }: Pending): void {
    const entry = { nonce, text, imageId, at, alt, replyTo, hasPicture: false, isUploaded: true, retryAt: 0 }
    this.#entries = [...this.#entries, { ...entry, ...this.#offered(text) }]
  }

  /** Adds a message at the end whose picture, with the description `alt`, has to be uploaded first. */
  addPicture(nonce: string, text: string, now: number, alt = '', replyTo = ''): void {
    const entry = { nonce, text, imageId: '', at: now, alt, replyTo, hasPicture: true, isUploaded: false, reason: '' }
    this.#entries = [...this.#entries, { ...entry, state: 'waiting', retryAt: now }]
  }

  /** The nonces of the pictures to upload now; they count as `uploading` from here on. */
  takeUploads(now: number): string[] {
    const due = this.#entries.filter(each => !each.isUploaded && each.state === 'waiting' && each.retryAt <= now)
    for (const { nonce } of due) this.#change(nonce, { state: 'uploading' })
    return due.map(({ nonce }) => nonce)
  }

  /** A picture is uploaded: its message may be sent. */
  uploaded(nonce: string, imageId: string): void {
    this.#change(nonce, { state: 'pending', isUploaded: true, imageId })
  }

  /**
   * The message to send now, if any, which is in flight from here on. To be asked while the connection is open.
   * @param lifeMs how long a message lives: what is older than this steps aside, as nobody expects it any more
   */
  takeSend(now: number, lifeMs: number): Entry | undefined {
    this.#age(now, lifeMs)
    const first = this.#first
    const isDue = first?.state === 'pending' || (first?.state === 'waiting' && first.retryAt <= now)
    if (!first?.isUploaded || !isDue || this.#inFlight) return undefined
    this.#sentAt = now
    if (this.#unanswered.nonce !== first.nonce) this.#unanswered = { nonce: first.nonce, ms: 0 }
    return this.#change(first.nonce, { state: 'in-flight' })
  }

  /**
   * Whether a message may go out that is about to: one that was taken to be sent, or a `waiting` one whose bubble sends
   * itself when its time has come, if it is its turn.
   */
  goesOut(nonce: string, now: number, lifeMs: number): boolean {
    if (this.#inFlight?.nonce === nonce) return true
    this.#age(now, lifeMs)
    const first = this.#first
    if (first?.nonce !== nonce || !first.isUploaded) return false
    if (first.state === 'waiting') this.#change(nonce, { retryAt: now })
    return this.takeSend(now, lifeMs) !== undefined
  }

  /** The server has not taken a message, or a picture. */
  answer(nonce: string, answer: Answer): void {
    this.#forgetWait(nonce)
    this.#change(nonce, answer)
  }

  /** The server has these messages: they leave. Returns whether any was still here. */
  settle(nonces: ReadonlySet<string>): boolean {
    const before = this.#entries.length
    this.#entries = this.#entries.filter(({ nonce }) => !nonces.has(nonce))
    return this.#entries.length < before
  }

  /** After a reconnect, sends again what was in flight, and ends the first entry's wait. */
  connected(): void {
    const { nonce } = this.#inFlight ?? {}
    if (nonce) this.#change(nonce, { state: 'pending' })
    const first = this.#first
    if (first?.state === 'waiting' && first.isUploaded) this.#change(first.nonce, { state: 'pending' })
  }

  /**
   * Looks after the message in flight.
   * @param openMs for how long the connection has been open since the last look
   * @returns whether the connection is to be taken for dead
   */
  watch(now: number, openMs: number): boolean {
    const { nonce } = this.#inFlight ?? {}
    if (!nonce) return false
    this.#unanswered.ms += openMs
    const isGivenUp = this.#unanswered.ms >= this.#giveUpMs
    if (!isGivenUp && now - this.#sentAt <= this.#unansweredMs) return false
    if (isGivenUp) this.#forgetWait(nonce)
    this.#change(nonce, { state: isGivenUp ? 'failed' : 'pending' })
    return !isGivenUp
  }

  /** Tries a refused entry again; or else all that were not sent, in their old places and with a new time. */
  retry(nonce: string, now: number): void {
    const pressed = this.#find(nonce)
    for (const entry of pressed?.state === 'refused' ? [pressed] : this.#entries.filter(isUnsent)) {
      const next = entry.hasPicture
        ? ({ state: 'waiting', reason: '', isUploaded: false, imageId: '', retryAt: now } as const)
        : this.#offered(entry.text)
      this.#change(entry.nonce, { ...next, at: now })
    }
  }

  /** The person takes one back. */
  remove(nonce: string): Entry | undefined {
    const entry = this.#find(nonce)
    this.settle(new Set([nonce]))
    return entry
  }

  /** The chat is gone. Gives back what was not sent. */
  clear(): Pending[] {
    const { kept } = this
    this.#entries = []
    return kept
  }

  /** The message that is next: those behind it go after it. */
  get #first(): Entry | undefined {
    return this.#entries.find(({ state }) => state !== 'refused' && state !== 'old')
  }

  get #inFlight(): Entry | undefined {
    return this.#entries.find(({ state }) => state === 'in-flight')
  }

  #age(now: number, lifeMs: number): void {
    for (const entry of this.#entries) {
      const mayAge = isUnsent(entry) || entry.state === 'pending' || entry.state === 'waiting'
      if (mayAge && now - entry.at > lifeMs) this.#change(entry.nonce, { state: 'old' })
    }
  }

  #find(nonce: string): Entry | undefined {
    return this.#entries.find(each => each.nonce === nonce)
  }

  #offered(text: string): Pick<Entry, 'state' | 'reason'> {
    const reason = this.#refusalOf(text)
    return { state: reason ? 'refused' : 'pending', reason }
  }

  #forgetWait(nonce: string): void {
    if (this.#unanswered.nonce === nonce) this.#unanswered = { nonce: '', ms: 0 }
  }

  #change(nonce: string, change: Partial<Entry>): Entry | undefined {
    this.#entries = this.#entries.map(each => (each.nonce === nonce ? { ...each, ...change } : each))
    return this.#find(nonce)
  }
}
