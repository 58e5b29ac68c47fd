import { showTemplate } from './template-words.js'

/** For how long the page says that it is connected again. */
const backAgainMs = 2000
/**
 * For this long after the page begins to be left, a connection that ends is no news: Firefox ends it then. A page that stays, as
 * where a link led to a file, has another soon.
 */
const leavingMs = 5000

/** What the page says of its connection: nothing while all is well. */
export class ConnectionBanner {
  readonly #place = document.getElementById('connection')
  #said = ''
  #quietUntil = -1

  constructor() {
    addEventListener('beforeunload', () => {
      this.#quietUntil = performance.now() + leavingMs
    })
  }

  down(): void {
    if (this.#said !== 'connection-down' && performance.now() > this.#quietUntil) this.#say('connection-down')
  }

  /** Only after the page has said that it was down. */
  up(): void {
    if (this.#said !== 'connection-down') return
    this.#say('connection-up')
    setTimeout(() => this.#said === 'connection-up' && this.clear(), backAgainMs)
  }

  clear(): void {
    this.#say('')
  }

  /** @param id of the template that holds the words */
  #say(id: string): void {
    this.#said = id
    document.body.classList.toggle('offline', id === 'connection-down')
    showTemplate(this.#place, id)
  }
}
