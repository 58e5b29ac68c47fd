import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { expect } from 'vitest'
import { z } from 'zod'
import type { OpenApi } from '#src/api/openapi.js'

const anyObject = z.record(z.string(), z.unknown())

/** An answer that matches the description. */
export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

export interface ApiInit {
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** What the description says about an answer. */
interface Described {
  readonly media: string
  readonly check: ValidateFunction
}

const problem = 'application/problem+json'

/** Makes a JSON Schema validator that accepts documents with more than schemas in them. */
export function newValidator(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  ajv.addFormat('date-time', text => new Date(text).toISOString() === text)
  return ajv
}

/** A program that uses the API. Checks every answer against the server's own description, /api/openapi.json. */
export class ApiClient {
  readonly description: OpenApi
  token: string | null
  readonly #url: string
  readonly #ajv: Ajv2020

  private constructor(url: string, description: OpenApi, token: string | null) {
    this.#url = url
    this.description = description
    this.token = token
    this.#ajv = newValidator()
    this.#ajv.addSchema(description, 'openapi')
  }

  static async connect(url: string, email?: string, password?: string): Promise<ApiClient> {
    const description: OpenApi = await (await fetch(`${url}/api/openapi.json`)).json()
    const client = new ApiClient(url, description, null)
    if (email) await client.logIn(email, password)
    return client
  }

  async logIn(email: string, password = 'password123'): Promise<ApiAnswer> {
    const answer = await this.post('/auth/login', { email, password })
    this.token = z.string().parse(answer.body.token)
    return answer
  }

  /** The same client with another token. */
  as(token: string | null): ApiClient {
    return new ApiClient(this.#url, this.description, token)
  }

  get(path: string, init: ApiInit = {}): Promise<ApiAnswer> {
    return this.request('GET', path, init)
  }

  post(path: string, body?: unknown, init: ApiInit = {}): Promise<ApiAnswer> {
    return this.request('POST', path, { ...init, body })
  }

  async request(method: string, path: string, { body, headers = {} }: ApiInit = {}): Promise<ApiAnswer> {
    const response = await fetch(`${this.#url}/api${path}`, {
      method,
      headers: {
        ...(this.token !== null && { authorization: `Bearer ${this.token}` }),
        ...(body !== undefined && !(body instanceof FormData) && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: written(body) }),
    })
    const type = response.headers.get('content-type') ?? ''
    // Of an answer that is not JSON only the type is checked, not the body.
    const text = /json/.test(type) || type === '' ? await response.text() : '{}'
    if (!/json/.test(type)) await response.body?.cancel()
    const parsed = text === '' ? {} : anyObject.parse(JSON.parse(text))
    this.#expectDescribed(method, path, response, text === '' ? null : parsed)
    return { status: response.status, headers: response.headers, body: parsed }
  }

  /** Fails unless the description has this status with such a body. */
  #expectDescribed(method: string, path: string, response: Response, body: object | null): void {
    const { status } = response
    const validate = this.#validatorOf(method.toLowerCase(), path.split('?')[0] ?? '', status)
    const type = response.headers.get('content-type')?.split(';')[0] ?? null
    expect(type, `${method} ${path} ${status}`).toBe(validate?.media ?? null)
    const isDescribed = validate ? !/json/.test(validate.media) || validate.check(body) : body === null
    expect(isDescribed, `${method} ${path} ${status}: ${JSON.stringify([body, validate?.check.errors])}`).toBe(true)
  }

  #validatorOf(method: string, path: string, status: number): Described | null {
    const template = templateOf(this.description, path)
    const operation = this.description.paths[template]?.[method]
    if (!operation) return { media: problem, check: this.#compile('#/components/schemas/Problem') }
    const { content } = operation.responses[status] ?? expect.fail(`${method} ${path} answered ${status}, undescribed`)
    const [type] = Object.keys(content ?? {})
    if (!type) return null
    const pointer = ['paths', template, method, 'responses', status, 'content', type, 'schema'].map(escapePointer)
    return { media: type, check: this.#compile(`#/${pointer.join('/')}`) }
  }

  #compile(pointer: string): ValidateFunction {
    const reference = `openapi${pointer}`
    return this.#ajv.getSchema(reference) ?? expect.fail(`${reference} is no schema`)
  }
}

function templateOf(description: OpenApi, path: string): string {
  const isLike = (template: string) => new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path)
  return Object.keys(description.paths).find(isLike) ?? ''
}

function written(body: unknown): string | FormData {
  return typeof body === 'string' || body instanceof FormData ? body : JSON.stringify(body)
}

const escapePointer = (part: string | number) =>
  encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'))
