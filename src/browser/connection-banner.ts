/** For how long the page says that it is connected again. */
const backAgainMs = 2000

/** What the page says of its connection: nothing while all is well. */
export class ConnectionBanner {
  readonly #place = document.getElementById('line')
  #said = ''

  down(): void {
    if (this.#said !== 'line-down') this.#say('line-down')
  }

  /** Only after the page has said that it was down. */
  up(): void {
    if (this.#said !== 'line-down') return
    this.#say('line-up')
    setTimeout(() => this.#said === 'line-up' && this.clear(), backAgainMs)
  }

  clear(): void {
    this.#say('')
  }

  /** @param id of the template that holds the words */
  #say(id: string): void {
    this.#said = id
    const template = document.getElementById(id)
    if (template instanceof HTMLTemplateElement) this.#place?.replaceChildren(template.content.cloneNode(true))
    else this.#place?.replaceChildren()
  }
}
