/** Plain HTTP requests that cost the driver little: no redirect is followed, no body decoded. */
import { Agent, request } from 'node:http'

/** Requests to one server, over connections that are kept. */
export class Requests {
  #url
  #agent

  /**
   * @param {URL} url of the server
   * @param {number} [atOnce] connections at most
   */
  constructor(url, atOnce = 8) {
    this.#url = url
    this.#agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  }

  /**
   * Resolves with the answer; `bytes` is the length of its body as it came.
   * @param {string} method
   * @param {string} path
   * @param {{ headers?: Record<string, string>, body?: string | Buffer }} [options]
   */
  send(method, path, { headers = {}, body } = {}) {
    return new Promise((resolve, reject) => {
      const options = { agent: this.#agent, method, path, host: '127.0.0.1', port: this.#url.port }
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
      const outgoing = request({ ...options, headers: { host: this.#url.host, ...length, ...headers } }, answer => {
        const pieces = []
        answer.on('data', piece => pieces.push(piece))
        answer.on('error', reject)
        answer.on('end', () => {
          const content = Buffer.concat(pieces)
          resolve({ status: answer.statusCode, headers: answer.headers, bytes: content.length, content })
        })
      })
      outgoing.on('error', reject)
      outgoing.end(body)
    })
  }

  /** Resolves with the body of an answer with this status; throws for any other. */
  async expect(status, method, path, options) {
    const answer = await this.send(method, path, options)
    if (answer.status === status) return answer
    throw new Error(`${method} ${path} was answered with ${answer.status}: ${answer.content.toString().slice(0, 300)}`)
  }

  /** Posts JSON to the API and resolves with the answer's JSON. */
  async postJson(path, fields, token) {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
    const { status, content } = await this.send('POST', path, { headers, body: JSON.stringify(fields) })
    if (status < 300) return JSON.parse(content.toString())
    throw new Error(`POST ${path} was answered with ${status}: ${content.toString().slice(0, 300)}`)
  }

  /** Posts a form. */
  postForm(path, fields, cookie) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', cookie }
    return this.send('POST', path, { headers, body: new URLSearchParams(fields).toString() })
  }

  close() {
    this.#agent.destroy()
  }
}
