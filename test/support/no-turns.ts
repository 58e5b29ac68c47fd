import type { RequestHandler } from 'express'
import type { AnswerTurns } from '#src/answer-turns.js'
import { Answers } from '#src/http/answers.js'
import { UnreadBytes } from '#src/unread-bytes.js'
import { FakeClock } from './fake-clock.js'

const plenty = Number.POSITIVE_INFINITY

/** Has each answer made at once, whatever else is made. */
export const noTurns: Pick<AnswerTurns, 'run' | 'runCatchUp'> = {
  run: async (_owner, work) => work(),
  runCatchUp: async (_owner, work) => work(),
}

/** Counts what answers hold, and refuses none for it. */
export function holdWithoutLimit(): RequestHandler {
  return new Answers(new FakeClock(), new UnreadBytes({ each: plenty, all: plenty }), noTurns).hold
}
