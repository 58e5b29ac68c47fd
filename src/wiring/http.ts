import type { Context } from '../context.js'
import { Answers } from '../http/answers.js'
import { formLimitOf } from '../http/body-readers.js'
import { csrfProtection, originCheck } from '../http/csrf.js'
import { HeldBodies } from '../http/held-bodies.js'
import { operatorCheck } from '../http/operator-token.js'
import { limitLight } from '../http/request-limits.js'
import { Sessions } from '../http/sessions.js'
import { refuseOver } from '../limits.js'
import { UnreadBytes } from '../unread-bytes.js'

/** The parts that deal with HTTP requests. */
export interface HttpParts
  extends Pick<
    Context,
    | 'sessions'
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
}

/** Makes the parts that pages, the API and sockets need for HTTP. */
export function createHttpParts({
  config,
  clock,
  limits,
  people,
  hub,
  observer,
}: Pick<Context, 'config' | 'clock' | 'limits' | 'people' | 'hub' | 'observer'>): HttpParts {
  const unreadBytes = new UnreadBytes(config.maxUnreadBytes, () => observer.refused('connection', 'unread'))
  const onGivenWay = () => observer.refused('connection', 'half_open')
  const { operatorToken } = config
  return {
    unreadBytes,
    answers: new Answers(clock, unreadBytes),
    sessions: new Sessions(config, people, (userId, sessionId) => hub.closeSession(userId, sessionId)),
    strangerBodies: HeldBodies.ofStrangers(onGivenWay),
    memberBodies: HeldBodies.ofMembers(onGivenWay, formLimitOf(config.messageMaxLength)),
    csrf: csrfProtection(config),
    isOurOrigin: originCheck(config),
    countLight: limitLight(limits.lightRequests),
    countRequest: userId => refuseOver(limits.requests, userId),
    checkOperator: operatorToken === null ? null : operatorCheck(operatorToken, limits.operator),
  }
}
