import type { Request } from 'express'
import type { Account } from '../accounts/account.js'
import { ChatError } from '../chat/errors.js'

declare module 'express-session' {
  interface SessionData {
    userId: string
    /** The account's generation at log-in: a session of an earlier one is over. */
    generation: number
    /** The time zone that the browser said at log-in, null when it said none. */
    zone: string | null
    csrfSecret: string
  }
}

declare global {
  namespace Express {
    interface Request {
      /** Who is logged in, set for every request. */
      account: Account | null
      /** Whether it brings the operator's token, where that is taken beside a person's. */
      isOperator?: boolean
    }
  }
}

/**
 * Who is logged in.
 * @throws ChatError `unauthenticated`
 */
export function accountOf(request: Request): Account {
  if (!request.account) throw new ChatError('unauthenticated')
  return request.account
}

/** A field of a form as text; '' when it is missing or no text. */
export function formField(request: Request, name: string): string {
  const body: unknown = request.body
  if (typeof body !== 'object' || body === null) return ''
  const value: unknown = Reflect.get(body, name)
  return typeof value === 'string' ? value : ''
}

/** All that a form says under one name, as boxes that are checked do; an empty text stands for none of them. */
export function formFields(request: Request, name: string): string[] {
  const body: unknown = request.body
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : []
  return [value].flat().filter((each): each is string => typeof each === 'string' && each !== '')
}

/** What an address asks under a name, as text; '' when it is missing or said more than once. */
export function queryText(request: Request, name: string): string {
  const value = request.query[name]
  return typeof value === 'string' ? value : ''
}

/** A parameter of the path as text. */
export function pathParameter(request: Request, name: string): string {
  const value = request.params[name]
  return typeof value === 'string' ? value : ''
}

/** An address of ours to go to after log-in, or '' when the given one is not of ours. */
export function safeNext(address: string): string {
  if (!address.startsWith('/') || !URL.canParse(address, 'http://ours')) return ''
  const { origin, pathname, search } = new URL(address, 'http://ours')
  // Without its dot segments a path of ours may begin with two slashes, which a browser takes for another host.
  const isOurs = origin === 'http://ours' && pathname !== '/' && !pathname.startsWith('//')
  return isOurs ? pathname + search : ''
}
