import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { parseInput } from '../accounts/account-input.js'
import type { ErrorCode } from '../chat/errors.js'
import type { DeclaredRoute, Route } from '../http/routes.js'

/** What an endpoint answers if it refuses nothing. */
export interface Answer {
  readonly status: number
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  /** Sends something other than JSON by itself. */
  readonly send?: (response: Response) => Promise<void>
}

/** A request whose input has been read. */
export interface Call<Body, Query> {
  readonly request: Request
  readonly body: Body
  readonly query: Query
}

/** An answer as described; `media` is its type if that is not JSON. */
export interface DescribedAnswer {
  readonly description: string
  readonly schema: z.ZodType | null
  readonly media?: string
}

/** Who may use an endpoint. `member or operator`: without the operator's token, a member's or a session is needed. */
type EndpointAccess = 'guest' | 'member' | 'member or operator'

interface Facts {
  readonly method: DeclaredRoute['method']
  /** Below /api, with parameters as `:name`. */
  readonly path: Route['path']
  /** Its name in the description. */
  readonly name: string
  readonly summary: string
  /** Default: `member`. */
  readonly access?: EndpointAccess
  /** The limit that counts its requests beside the API's own. Default: `requests`. */
  readonly limit?: DeclaredRoute['limit']
  /** Whether a POST may answer with all that its person has. Default: no. */
  readonly mayBeLong?: true
  /** Its answers by status; null for an answer without a body. */
  readonly answers: Readonly<Record<number, DescribedAnswer>>
  /** The codes it may be refused with, beside those of every request. */
  readonly refusals: readonly ErrorCode[]
  /** The schema of a body that the handler passes on, to code that also reads the forms of pages. */
  readonly unreadBody?: z.ZodType
  /** A multipart form instead of JSON, and what reads it. */
  readonly form?: { readonly schema: z.ZodType; readonly read: RequestHandler }
}

/** One endpoint: the server's behaviour and its description both come from here. */
export interface Endpoint extends Facts {
  readonly access: EndpointAccess
  readonly body: z.ZodType | null
  readonly query: z.ZodType | null
  /** @throws ChatError */
  handle(request: Request): Promise<Answer>
}

const nothing = z.object({})

/** A `limit` in the query of an address. */
export function limitInput(most: number) {
  return z.coerce.number().int().min(1).max(most).optional()
}

/** Declares an endpoint whose input is read by its schemas. */
export function endpoint<Body extends z.ZodType = typeof nothing, Query extends z.ZodType = typeof nothing>(
  declared: Facts & {
    readonly body?: Body
    readonly query?: Query
    readonly handle: (call: Call<z.output<Body>, z.output<Query>>) => Promise<Answer>
  },
): Endpoint
export function endpoint(
  declared: Facts & {
    readonly body?: z.ZodType
    readonly query?: z.ZodType
    readonly handle: (call: Call<unknown, unknown>) => Promise<Answer>
  },
): Endpoint {
  const { body = nothing, query = nothing, form, handle } = declared
  return {
    ...declared,
    access: declared.access ?? 'member',
    body: declared.body ?? declared.unreadBody ?? null,
    query: declared.query ?? null,
    async handle(request) {
      return handle({
        request,
        body: form ? {} : parseInput(body, request.body),
        query: parseInput(query, request.query),
      })
    },
  }
}

/** The endpoint as a route. Guests need no CSRF token: their requests rely on no cookie. */
export function routeOf({ method, path, access, limit, mayBeLong, form, handle }: Endpoint): Route {
  return {
    method,
    path,
    access,
    ...(limit && { limit }),
    ...(mayBeLong && { mayBeLong }),
    ...(form && { body: { multipart: form.read } }),
    needsToken: access !== 'guest',
    async handle(request, response) {
      const { status, body, headers = {}, send } = await handle(request)
      if (send) return send(response)
      response.status(status).set(headers)
      if (body === undefined) response.end()
      else response.json(body)
    },
  }
}
