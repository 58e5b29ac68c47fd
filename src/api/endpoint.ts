import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { parseInput } from '../accounts/account-input.js'
import type { ProblemCode } from './problems.js'

/** What an endpoint answers when nothing is refused. */
export interface Answer {
  readonly status: number
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  /** Answers by itself with something that is no JSON. */
  readonly send?: (response: Response) => Promise<void>
}

/** A request whose input has been read. */
export interface Call<Body, Query> {
  readonly request: Request
  readonly body: Body
  readonly query: Query
}

/** An answer as the description has it; `media` is what comes that is no JSON. */
export interface DescribedAnswer {
  readonly description: string
  readonly schema: z.ZodType | null
  readonly media?: string
}

interface Facts {
  readonly method: 'get' | 'post'
  /** Below /api, with parameters as `:name`. */
  readonly path: `/${string}`
  /** Its name in the description. */
  readonly name: string
  readonly summary: string
  /** Who may ask: `anyone`, whoever brings a token or a session, or also the operator by theirs. */
  readonly access: 'anyone' | 'person' | 'person or operator'
  /** Whether it counts as the parts of a page do, of which there may be many, and not as a request. */
  readonly isLight?: boolean
  /** What it answers by status; null for an answer without a body. */
  readonly answers: Readonly<Record<number, DescribedAnswer>>
  /** What it may be refused for, beside what any request may. */
  readonly refusals: readonly ProblemCode[]
  /** A body that the handler hands on unread, to what reads it for pages as well. */
  readonly unreadBody?: z.ZodType
  /** A multipart form in place of JSON, and what reads it. */
  readonly form?: { readonly schema: z.ZodType; readonly read: RequestHandler }
}

/** One endpoint: what the server does and what the description says of it come from here. */
export interface Endpoint extends Facts {
  readonly body: z.ZodType | null
  readonly query: z.ZodType | null
  /** @throws ChatError */
  handle(request: Request): Promise<Answer>
}

const nothing = z.object({})

/** How many of something are asked for, in an address. */
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
