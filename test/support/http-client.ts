/** A browser without JavaScript: keeps cookies, follows no redirect, and finds the CSRF tokens of forms. */
export class HttpClient {
  readonly cookies: Map<string, string>
  readonly base: string

  /** @param cookies those of a browser that several clients stand for */
  constructor(base: string, cookies = new Map<string, string>()) {
    this.base = base
    this.cookies = cookies
  }

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** The name of the cookie that holds the session: it carries the server's port. '' before the log-in. */
  get sessionName(): string {
    return [...this.cookies.keys()].find(name => /^(__Host-)?sid(-\d+)?$/.test(name)) ?? ''
  }

  /** The value of that cookie. */
  get session(): string {
    return this.cookies.get(this.sessionName) ?? ''
  }

  async request(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.cookies.size > 0) headers.set('cookie', this.cookieHeader)
    const response = await fetch(new URL(path, this.base), { ...init, method, headers, redirect: 'manual' })
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';')
      const [name = '', value = ''] = pair.split('=')
      if (/expires=thu, 01 jan 1970/i.test(cookie)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return response
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return this.request('GET', path, init)
  }

  /** Loads a page and reads the CSRF token of its first form. */
  async token(page: string): Promise<string> {
    const html = await (await this.get(page)).text()
    const [, token = ''] = /name="_csrf" value="([^"]+)"/.exec(html) ?? []
    return token
  }

  /** Posts a form with the CSRF token of `page`. */
  async post(path: string, fields: Record<string, string>, page = path, init: RequestInit = {}): Promise<Response> {
    const body = new URLSearchParams({ _csrf: await this.token(page), ...fields })
    return this.request('POST', path, { ...init, body })
  }

  async logIn(email: string, password = 'password123'): Promise<Response> {
    return this.post('/login', { email, password })
  }

  /** Opens the chat with a person and returns its path. */
  async openChat(userId: string): Promise<string> {
    const response = await this.post('/chats', { userId }, '/chats')
    return response.headers.get('location') ?? ''
  }
}

export const aliceId = '5e6f1c1a-0000-4000-8000-000000000001'
export const bobId = '5e6f1c1a-0000-4000-8000-000000000002'
