import { showTemplate } from './template-words.js'

/** For how long the page says that it is connected again. */
const backAgainMs = 2000

/** What the page says of its connection: nothing while all is well. */
export class ConnectionBanner {
  readonly #place = document.getElementById('connection')
  #said = ''

  down(): void {
    if (this.#said !== 'connection-down') this.#say('connection-down')
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
