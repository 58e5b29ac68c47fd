/**
 * Logs a person in again without leaving the page. After a restart with another secret only the page can still read what
 * was not sent. A script of its own, loaded when a session ends while the page holds something.
 */
import { retryMs } from './retry-delay.js'
import { forgetEverywhere, type SealedStorage } from './sealed-storage.js'
import { tellZone } from './zone.js'

/** Elements that show messages. They are emptied, since expiry no longer runs for them. */
const shownIds = ['list', 'chats', 'announcer', 'warning']
/** Leads to a small page. Fetching the page of a chat that a restart has ended would use up its one automatic reopening. */
const lightLogIn = '/login?next=%2Fsettings'

/**
 * Loads a page, or posts a form, as often as it takes to reach the server, and gives the page that answers. Not by fetch:
 * texts are not trusted as HTML here.
 */
function load(address: string, form?: HTMLFormElement): Promise<Document> {
  const fields = new URLSearchParams()
  for (const [name, value] of new FormData(form)) if (typeof value === 'string') fields.append(name, value)
  const request = new XMLHttpRequest()
  request.open(form ? 'POST' : 'GET', address)
  request.responseType = 'document'
  return new Promise((resolve, reject) => {
    request.onerror = () => setTimeout(() => resolve(load(address, form)), retryMs)
    request.onload = () =>
      request.responseXML ? resolve(request.responseXML) : reject(new TypeError('This is no page'))
    request.send(form ? fields : null)
  })
}

/** The answer is not HTML: the browser shows what it is. */
const reload = () => location.reload()

const handedIn = (page: Document) => page.querySelector<HTMLMetaElement>('meta[name=draft-key]')

/** The log-in within a page. */
class LogIn {
  readonly #storage: SealedStorage
  readonly #back = location.pathname
  #isAsking = false

  constructor(storage: SealedStorage) {
    this.#storage = storage
  }

  /** Shows the log-in; once someone is logged in, goes back to where this page was. */
  async begin(): Promise<void> {
    const page = await load(lightLogIn)
    history.replaceState(null, '', `/login?next=${encodeURIComponent(this.#back)}`)
    for (const id of shownIds) document.getElementById(id)?.replaceChildren()
    await this.#follow(page)
    // They may have logged in in another tab.
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) load(lightLogIn).then(now => this.#goBack(now), reload)
    })
  }

  async #follow(page: Document): Promise<void> {
    if (page.querySelector('[data-forget]')) {
      forgetEverywhere()
      reload()
    } else if (!(await this.#goBack(page))) this.#show(page)
  }

  /** If it is a page of someone who is logged in: goes back, with what is held if they are the same person. */
  async #goBack(page: Document): Promise<boolean> {
    const [before, now] = [handedIn(document), handedIn(page)]
    if (!now) return false
    if (now.dataset.owner === before?.dataset.owner) await this.#storage.handOver(now.content)
    else this.#storage.forget()
    location.assign(this.#back)
    return true
  }

  #show(page: Document): void {
    const { documentElement: root } = document
    for (const { name } of [...root.attributes]) root.removeAttribute(name)
    for (const { name, value } of page.documentElement.attributes) root.setAttribute(name, value)
    document.title = page.title
    // A page of chats lacks the style of other pages.
    for (const style of page.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')) {
      if (!document.querySelector(`link[href="${style.getAttribute('href')}"]`)) document.head.append(style)
    }
    document.body.replaceWith(document.adoptNode(page.body))
    tellZone()
    document.querySelector<HTMLFormElement>('form[action="/login"]')?.addEventListener('submit', event => {
      event.preventDefault()
      if (event.currentTarget instanceof HTMLFormElement) this.#post(event.currentTarget).catch(reload)
    })
    const place = document.getElementById('errors-title') ?? document.getElementById('main')
    place?.focus()
  }

  async #post(form: HTMLFormElement): Promise<void> {
    if (this.#isAsking) return
    this.#isAsking = true
    try {
      await this.#follow(await load(form.action, form))
    } finally {
      this.#isAsking = false
    }
  }
}

/**
 * Shows the log-in in the place of this page, whose memory goes on.
 * @throws TypeError when what answers is no page
 */
export async function logInAgain(storage: SealedStorage): Promise<void> {
  await new LogIn(storage).begin()
}
