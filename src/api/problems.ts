import type { ErrorRequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { z } from 'zod'
import { ChatError, type ErrorCode, errorTable, InvalidInput } from '../chat/errors.js'
import { codeOf, setRetryAfter } from '../http/refusals.js'
import { defaultLanguage } from '../languages.js'
import { refusalSentence } from '../rendering/refusals.js'
import { translator } from '../rendering/sentences.js'

/** A refusal as a problem. Source: RFC 9457. */
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
      .describe('With `invalid`: for each wrong field, the key of its error.'),
  })
  .meta({ id: 'Problem', description: 'A refusal (RFC 9457)' })

export type Problem = z.infer<typeof problemSchema>

/** The statuses whose refusals may tell after which time the same request may succeed. */
const statusesThatPass: readonly number[] = [errorTable.rate_limited.status, errorTable.server_busy.status]

/** Whether a refusal with this status may carry `Retry-After`. */
export function mayPass(status: number): boolean {
  return statusesThatPass.includes(status)
}

/** Answers every error under /api with a problem. A fault of ours shows an id that the log repeats. */
export function problemAnswers(log: Logger, messageMaxLength: number): ErrorRequestHandler {
  const say = translator(defaultLanguage)
  const explain = (error: unknown, code: ErrorCode, id: string): Omit<Problem, 'type' | 'instance'> => {
    const known = error instanceof ChatError ? error : { code }
    const { retryAfterMs } = known instanceof ChatError ? known : {}
    return {
      title: refusalSentence(known, say, messageMaxLength, id),
      status: errorTable[code].status,
      code,
      retryAfterMs: retryAfterMs === undefined ? undefined : Math.max(1, Math.ceil(retryAfterMs)),
      errors: error instanceof InvalidInput ? { ...error.fields } : undefined,
    }
  }
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error)
    const id = String(response.locals.requestId ?? '')
    const code = codeOf(error)
    if (code === 'internal') log.error({ err: error, requestId: id }, 'a request failed')
    sendProblem(response, { type: `/api/docs#${code}`, ...explain(error, code, id), instance: `urn:uuid:${id}` })
  }
}

function sendProblem(response: Response, problem: Problem): void {
  const { status } = problem
  if (mayPass(status)) setRetryAfter(response, problem)
  if (status === 401) response.set('WWW-Authenticate', 'Bearer')
  response.status(status).type('application/problem+json').send(JSON.stringify(problem))
}
