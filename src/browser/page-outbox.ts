// Long because all parts of the page that the outbox changes meet here.
import { type Bubbles, nonceAround, noncesIn, repliedTo } from './bubbles.js'
import type { LiveConnection } from './connection.js'
import type { Drafts } from './drafts.js'
import { askBeforeLeaving } from './leaving.js'
import { makeNonce } from './nonce.js'
import type { Outbox } from './outbox.js'
import { type Answer, type Entry, isSentSlowly, lacksPicture, type Pending } from './outbox-entry.js'
import type { SealedStorage } from './sealed-storage.js'
import { UnsentPictures } from './unsent-pictures.js'

const tickMs = 500

/** What the outbox of a page is made of. */
export interface PageOutboxParts {
  readonly live: HTMLElement
  readonly connection: LiveConnection
  readonly outbox: Outbox
  readonly bubbles: Bubbles
  readonly drafts: Drafts
  /** Where the drafts are kept. */
  readonly storage: SealedStorage
  /** Where the bubbles stand. */
  readonly place: HTMLElement
  readonly messages: HTMLElement
  readonly content: HTMLTextAreaElement
}

/** The outbox on the page: tells it what happens there, and does what it says. */
export class PageOutbox {
  /** Begins to upload the picture of a message, and reports by `uploaded` or `answer`. */
  upload: (nonce: string) => void = () => {}
  /** Gives the picture of a message back to whoever chose it; false where it has to be chosen again. */
  giveBackPicture: (entry: Entry) => boolean = () => false
  readonly pictures = new UnsentPictures()
  readonly #parts: PageOutboxParts
  readonly #room: string
  #isArrived = false

  constructor(parts: PageOutboxParts) {
    this.#parts = parts
    this.#room = parts.live.dataset.room ?? ''
    this.#restore()
    this.#listen()
    setInterval(() => this.#tick(), tickMs)
  }

  /** Sends a text when its turn comes, and with it a picture that the server has already. */
  add(message: Pick<Pending, 'text' | 'imageId' | 'alt'>): void {
    this.#parts.outbox.add({ ...message, nonce: makeNonce(), at: Date.now(), replyTo: repliedTo() })
    this.#added()
  }

  /** Sends a text with a picture that `upload` is asked for, and its description. */
  addPicture(nonce: string, text: string, alt: string): void {
    this.#parts.outbox.addPicture(nonce, text, Date.now(), alt, repliedTo())
    this.#added()
  }

  /** Whether a message is not sent yet. */
  has(nonce: string): boolean {
    return this.#parts.outbox.entries.some(each => each.nonce === nonce)
  }

  uploaded(nonce: string, imageId: string): void {
    this.#parts.outbox.uploaded(nonce, imageId)
    this.#update()
  }

  answer(nonce: string, answer: Answer): void {
    this.#parts.outbox.answer(nonce, answer)
    this.#update()
  }

  #restore(): void {
    const { drafts, outbox, content, messages } = this.#parts
    const known = drafts.takeBack(this.#room)
    const shown = noncesIn(messages, known)
    const kept = known.filter(({ nonce }) => !shown.has(nonce))
    for (const pending of kept) if (!lacksPicture(pending)) outbox.add(pending)
    this.#giveUp(kept.filter(lacksPicture))
    this.#update()
    if (outbox.entries.length > 0) messages.scrollTop = 0
    // What was typed while the draft was read comes after it. A text that the server gave back stands as it is.
    if (!content.defaultValue) content.value = drafts.read() + content.value
    drafts.write(content.value)
  }

  #listen(): void {
    const { live, outbox, place, drafts, content, messages } = this.#parts
    this.pictures.onChange = () => this.#update()
    live.addEventListener('htmx:after:swap', () => {
      // What is in the list has arrived: its answer may have been lost, or be still on its way.
      if (outbox.settle(noncesIn(messages, outbox.entries))) this.#isArrived = true
      // The chat has ended: what was not sent joins the draft.
      if (document.getElementById('gone')?.hasChildNodes() && outbox.entries[0]) {
        this.#giveUp(outbox.clear())
        content.value = drafts.read()
      }
      this.#update()
      this.#goOn()
    })
    new MutationObserver(() => this.#takeAnswers()).observe(place, { childList: true })
    for (const name of ['htmx:ws:after:connection', 'htmx:sse:after:connection']) {
      live.addEventListener(name, () => {
        outbox.connected()
        this.#update()
      })
    }
    for (const name of ['htmx:ws:before:message:outgoing', 'htmx:config:request'])
      place.addEventListener(name, event => this.#goesOut(event))
    // Not on the list: a screen reader would say in Firefox that each message is clickable.
    addEventListener('click', event => this.#click(event))
  }

  /** What the composer held is a message now, and no draft any more. */
  #added(): void {
    this.#parts.drafts.empty()
    this.pictures.forget()
    this.#update()
    document.getElementById('replying')?.replaceChildren()
    this.#parts.messages.scrollTop = 0
  }

  /** Keeps, shows and sends what there is. */
  #update(): void {
    const { drafts, outbox } = this.#parts
    drafts.keep(this.#room, [...outbox.kept, ...this.pictures.kept])
    this.#advance()
  }

  #advance(): void {
    const { outbox, connection, bubbles, storage } = this.#parts
    askBeforeLeaving(outbox.holdsPicture || this.pictures.areChosen || storage.losesSomething)
    const now = Date.now()
    const next = connection.isOpen() ? outbox.takeSend(now, lifeMs()) : undefined
    const uploads = outbox.takeUploads(now)
    bubbles.show(outbox.entries, now)
    for (const nonce of uploads) this.upload(nonce)
    if (next) bubbles.send(next)
  }

  #tick(): void {
    const { outbox, connection, bubbles } = this.#parts
    const now = Date.now()
    if (connection.isOpen() && outbox.watch(now, tickMs)) {
      bubbles.show(outbox.entries, now)
      connection.renew()
    } else this.#advance()
    const slow = document.getElementById('slow')
    const words = outbox.entries.some(each => isSentSlowly(each, now))
      ? (slow?.dataset[connection.isOpen() ? 'sending' : 'waiting'] ?? '')
      : ''
    if (slow && slow.textContent !== words) slow.textContent = words
    this.#goOn()
  }

  #takeAnswers(): void {
    const { outbox, bubbles } = this.#parts
    for (const [nonce, answer] of bubbles.takeAnswers(Date.now())) {
      if (answer) outbox.answer(nonce, answer)
      else if (outbox.settle(new Set([nonce]))) this.#isArrived = true
    }
    this.#update()
  }

  /** Messages that are not sent any more join the draft; their pictures have to be chosen again. */
  #giveUp(pending: readonly Pending[]): void {
    this.#parts.drafts.giveUp(pending)
    this.pictures.lose(pending)
  }

  /** Where later messages are missing one's own is not put in: the page goes on to where it stands. */
  #goOn(): void {
    if (!this.#isArrived || this.#parts.outbox.entries.length > 0 || this.pictures.areChosen) return
    this.#isArrived = false
    const link = document.querySelector<HTMLAnchorElement>('#jump a')
    if (link) location.assign(link.href)
  }

  #goesOut(event: Event): void {
    const { outbox, connection } = this.#parts
    if (!connection.isOpen() || !outbox.goesOut(nonceAround(event.target), Date.now(), lifeMs())) event.preventDefault()
    this.#advance()
  }

  #click(event: Event): void {
    const { outbox, drafts, content } = this.#parts
    const button = event.target instanceof Element ? event.target.closest('.pending button') : null
    if (!button) return
    const nonce = nonceAround(event.target)
    if (button.matches('.again')) outbox.retry(nonce, Date.now())
    else {
      const entry = outbox.remove(nonce)
      if (entry) {
        drafts.giveUp([entry])
        content.value = drafts.read()
        if (button.matches('.rewrite') && !this.giveBackPicture(entry)) this.pictures.lose([entry])
      }
    }
    content.focus()
    this.#update()
  }
}

/** How long messages live in this chat, in ms; NaN where nothing says so, which is for ever. */
const lifeMs = (): number => Number(document.getElementById('presence')?.dataset.life)
