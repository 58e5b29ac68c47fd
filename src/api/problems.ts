import type { ErrorRequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { z } from 'zod'
import { ChatError, type ErrorCode, InvalidInput } from '../chat/errors.js'
import { defaultLanguage } from '../languages.js'
import { refusalSentence } from '../rendering/refusals.js'
import { type SentenceKey, translator } from '../rendering/sentences.js'
import { errorStatuses, setRetryAfter, statusOfOthers } from '../web/errors.js'

/** The stable codes of refusals: those of the domain, and those of HTTP alone. */
export type ProblemCode = ErrorCode | 'internal' | 'method_not_allowed' | 'payload_too_large' | 'unsupported_media_type'

/** A refusal as RFC 9457 has it. */
export const problemSchema = z
  .object({
    type: z.string().describe('Where the code is explained, relative to this server.'),
    title: z.string().describe('The refusal in words, for people.'),
    status: z.int(),
    code: z.string().describe('The refusal for programs: stable.'),
    instance: z.string().describe('The number of this request, which the log repeats.'),
    retryAfterMs: z.int().min(1).optional().describe('After this many milliseconds the same may succeed.'),
    errors: z
      .record(z.string(), z.string())
      .optional()
      .describe('With `invalid`: the key of what is wrong, for each refused field.'),
  })
  .meta({ id: 'Problem', description: 'A refusal (RFC 9457)' })

export type Problem = z.infer<typeof problemSchema>

const say = translator(defaultLanguage)

const statuses: Readonly<Record<ProblemCode, number>> = {
  ...errorStatuses,
  internal: 500,
  method_not_allowed: 405,
  payload_too_large: 413,
  unsupported_media_type: 415,
}

/** Every code, for the description. */
export const problemCodes = Object.keys(statuses).filter(isProblemCode).sort()

function isProblemCode(code: string): code is ProblemCode {
  return code in statuses
}

/** The HTTP status that a code always comes with. */
export function statusOfProblem(code: ProblemCode): number {
  return statuses[code]
}

/** A refusal in general, in words. */
export function sayProblem(code: ProblemCode): string {
  return say(sentenceOf(code), { id: '', max: '', seconds: 1 })
}

function sentenceOf(code: ProblemCode): SentenceKey {
  return code === 'method_not_allowed' ? 'error.method' : `error.${code}`
}

const codesByStatus = new Map<number, ProblemCode>([
  [403, 'forbidden'],
  [404, 'not_found'],
  [405, 'method_not_allowed'],
  [413, 'payload_too_large'],
  [415, 'unsupported_media_type'],
  [500, 'internal'],
])

/** Turns whatever went wrong under /api into a problem. A fault of ours gets an id that the log repeats. */
export function problemAnswers(log: Logger, messageMaxLength: number): ErrorRequestHandler {
  const explain = (error: unknown, id: string): Omit<Problem, 'type' | 'instance'> => {
    if (error instanceof ChatError) {
      const title = refusalSentence(error, say, messageMaxLength)
      const retryAfterMs = error.retryAfterMs === undefined ? undefined : Math.max(1, Math.ceil(error.retryAfterMs))
      const errors = error instanceof InvalidInput ? { ...error.fields } : undefined
      return { title, status: statusOfProblem(error.code), code: error.code, retryAfterMs, errors }
    }
    const found = statusOfOthers(error)
    const code = codesByStatus.get(found) ?? 'bad_request'
    return { title: say(sentenceOf(code), { id }), status: statusOfProblem(code), code }
  }
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error)
    const id = String(response.locals.requestId ?? '')
    const described = explain(error, id)
    if (described.status === 500) log.error({ err: error, requestId: id }, 'a request failed')
    sendProblem(response, {
      type: `/api/docs#${described.code}`,
      ...described,
      instance: `urn:uuid:${id}`,
    })
  }
}

function sendProblem(response: Response, problem: Problem): void {
  const { status } = problem
  if (status === 429 || status === 503) setRetryAfter(response, problem)
  if (status === 401) response.set('WWW-Authenticate', 'Bearer')
  response.status(status).type('application/problem+json').send(JSON.stringify(problem))
}
