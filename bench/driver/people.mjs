/** Registers people on the product, logs them in, and opens their chats, as a browser and a program do. */
import { Requests } from './requests.mjs'
import { forEachBelow } from './turns.mjs'

const password = 'long enough 1'
const atOnce = 8

const cookiesOf = ({ headers }) => (headers['set-cookie'] ?? []).map(cookie => cookie.split(';')[0]).join('; ')
const tokenIn = html => /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? ''

/**
 * @typedef {object} Person
 * @property {string} id
 * @property {string} name
 * @property {string} email
 * @property {string} token for programs
 * @property {string} cookie of a logged-in browser; '' without `logIn`
 */

/** The people of one server. */
export class People {
  requests
  #url
  /** The cookie and the token of the log-in form: one visitor stands for all that log in. */
  #guest = null
  #registered = 0

  /** @param {URL} url of the server */
  constructor(url) {
    this.#url = url
    this.requests = new Requests(url, atOnce)
  }

  /** Registers somebody new as a program does. */
  async register() {
    this.#registered += 1
    const name = `person-${this.#registered}`
    const email = `${name}@example.com`
    const { token, user } = await this.requests.postJson('/api/auth/register', { username: name, email, password })
    return { id: user.id, name, email, token, cookie: '' }
  }

  /** Logs a person in by the form, and keeps the session's cookie. */
  async logIn(person) {
    const { cookie, token } = await this.#visit()
    const answer = await this.requests.postForm('/login', { _csrf: token, email: person.email, password }, cookie)
    if (answer.status !== 303) throw new Error(`The log-in was answered with ${answer.status}`)
    person.cookie = cookiesOf(answer)
    return person
  }

  /**
   * Pairs of new people, each with their chat open.
   * @param {number} count
   * @param {{ logIn: boolean }} options whether they log in with a browser too
   * @returns {Promise<{ both: [Person, Person], roomId: string }[]>}
   */
  pairs(count, { logIn }) {
    return forEachBelow(count, atOnce, async () => {
      const both = [await this.register(), await this.register()]
      const [{ token }, { id: otherUserId }] = both
      const { roomId } = await this.requests.postJson('/api/chat/rooms', { otherUserId }, token)
      if (logIn) await Promise.all(both.map(person => this.logIn(person)))
      return { both, roomId }
    })
  }

  /** Loads a page of a logged-in person: its HTML. */
  async load(path, { cookie }) {
    const { content } = await this.requests.expect(200, 'GET', path, { headers: { cookie, accept: 'text/html' } })
    return content.toString()
  }

  /** Loads the page of a chat, and resolves with where its socket connects. */
  async addressOf(roomId, person) {
    const html = await this.load(`/chats/${roomId}`, person)
    const [, address = ''] = /hx-ws:connect="([^"]+)"/.exec(html) ?? []
    return new URL(address.replaceAll('&amp;', '&'), this.#url)
  }

  close() {
    this.requests.close()
  }

  async #visit() {
    this.#guest ??= this.requests
      .expect(200, 'GET', '/login')
      .then(answer => ({ cookie: cookiesOf(answer), token: tokenIn(answer.content.toString()) }))
    return this.#guest
  }
}
