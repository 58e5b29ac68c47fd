import { AnswerTurns } from '../answer-turns.js'
import type { Context } from '../context.js'
import { Answers } from '../http/answers.js'
import { formLimitOf } from '../http/body-readers.js'
import { CookieNames } from '../http/cookie-names.js'
import { csrfProtection } from '../http/csrf.js'
import { HeldBodies } from '../http/held-bodies.js'
import { operatorCheck } from '../http/operator-token.js'
import { originCheck } from '../http/origin-check.js'
import { limitLight } from '../http/request-limits.js'
import { Sessions } from '../http/sessions.js'
import { setupWarnings } from '../http/setup-warnings.js'
import { refuseOver } from '../limits.js'
import { readMemoryLimits } from '../memory-limit.js'
import { collectGarbage, readHeapBytes } from '../ops/idle-memory.js'
import { MemoryRelief } from '../ops/memory-relief.js'
import { UnreadBytes } from '../unread-bytes.js'
import type { Basis } from './basis.js'

/** How many long answers are made at once for all people and for one, where none waits for Redis: more would be no faster. */
const madeAtOnce = { all: 4, each: 1 }
/** The same over Redis, if so much may be unread that each may take as many bytes. */
const madeAtOnceOverRedis = { all: 64, each: 4, bytes: 4 * 1_048_576 }
/** For how many seconds a person may ask for long answers until the next one is refused: for as long as requests wait, and one more. */
const waitingSeconds = 4

/** The parts that deal with HTTP requests. */
export interface HttpParts
  extends Pick<
    Context,
    | 'sessions'
    | 'cookieNames'
    | 'warnOfSetup'
    | 'answers'
    | 'strangerBodies'
    | 'memberBodies'
    | 'csrf'
    | 'isOurOrigin'
    | 'countLight'
    | 'countRequest'
    | 'checkOperator'
  > {
  /** Counts the bytes that each person has not read yet. */
  readonly unreadBytes: UnreadBytes
  /** Has what may be long be made in turns. */
  readonly answerTurns: AnswerTurns
}

/** Makes the parts that pages, the API and sockets need for HTTP. */
export function createHttpParts({
  config,
  log,
  clock,
  limits,
  people,
  hub,
  observer,
  backend,
  deviceSessions,
}: Pick<Context, 'config' | 'log' | 'clock' | 'limits' | 'people' | 'hub' | 'observer' | 'deviceSessions'> &
  Pick<Basis, 'backend'>): HttpParts {
  const unreadBytes = new UnreadBytes({ each: config.maxUnreadBytes, all: config.maxUnreadBytesOfAll }, () =>
    observer.refused('connection', 'unread'),
  )
  const { group, machine } = readMemoryLimits()
  const relief = new MemoryRelief({
    clock,
    limit: Math.min(group, machine),
    readUsed: () => process.memoryUsage.rss(),
    readHeapBytes,
    collect: collectGarbage,
  })
  const { all: atOnce, each: atOnceEach } = madeAtOnceFor(config)
  const answerTurns = new AnswerTurns({
    clock,
    unread: unreadBytes,
    atOnce,
    atOnceEach,
    mostWaitingEach: waitingSeconds * config.rateLimits.requests,
    relieve: () => relief.relieve(),
  })
  const onGivenWay = () => observer.refused('connection', 'half_open')
  const { operatorToken } = config
  const cookieNames = new CookieNames(config)
  const warnOfSetup = setupWarnings(log)
  return {
    unreadBytes,
    answerTurns,
    answers: new Answers(clock, unreadBytes, answerTurns),
    cookieNames,
    warnOfSetup,
    sessions: new Sessions(
      config,
      cookieNames,
      people,
      (userId, sessionId) => {
        hub.closeSession(userId, sessionId)
        deviceSessions.ended(userId, sessionId)
      },
      backend.sessions,
      (account, sessionId) => deviceSessions.used(account, sessionId),
    ),
    strangerBodies: HeldBodies.ofStrangers(onGivenWay),
    memberBodies: HeldBodies.ofMembers(onGivenWay, formLimitOf(config.messageMaxLength)),
    csrf: csrfProtection(config, cookieNames),
    isOurOrigin: originCheck(config, warnOfSetup),
    countLight: limitLight(limits.lightRequests),
    countRequest: userId => refuseOver(limits.requests, userId),
    checkOperator: operatorToken === null ? null : operatorCheck(operatorToken, limits.operator),
  }
}

function madeAtOnceFor({ redisUrl, maxUnreadBytesOfAll }: Context['config']): { all: number; each: number } {
  if (redisUrl === null) return madeAtOnce
  const { all, each, bytes } = madeAtOnceOverRedis
  return { all: Math.max(madeAtOnce.all, Math.min(all, Math.floor(maxUnreadBytesOfAll / bytes))), each }
}
