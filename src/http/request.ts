import type { Request } from 'express'
import type { Account } from '../accounts/account.js'
import { ChatError } from '../chat/errors.js'
import { parseUrl } from '../web-address.js'

declare module 'express-session' {
  interface SessionData {
    userId: string
    /** The account's generation at log-in; once it has gone up, the session has ended. */
    generation: number
    /** The time zone that the browser has told last, null if it told none. */
    zone: string | null
    csrfSecret: string
  }
}

declare global {
  namespace Express {
    interface Request {
      /** Who is logged in; set for every request. */
      account: Account | null
      /** The key by which pages of whoever is logged in seal drafts, masked again each time. */
      handDraftKey?: () => string
      /** Whether titles of pages for whoever is logged in leave names out. */
      hidesNames?: boolean
      /** Whether it brings the operator's token, on routes that take it beside a member's. */
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

/** Whether it brings a session that was ended elsewhere, or whose account is gone. */
export function bringsEndedSession({ account, session }: Request): boolean {
  return !account && Boolean(session?.userId)
}

/** A field of a form as text; '' if it is missing or no text. */
export function formField(request: Request, name: string): string {
  const body: unknown = request.body
  if (typeof body !== 'object' || body === null) return ''
  const value: unknown = Reflect.get(body, name)
  return typeof value === 'string' ? value : ''
}

/** All values of a form under one name, as checkboxes have them; empty ones are left out. */
export function formFields(request: Request, name: string): string[] {
  const body: unknown = request.body
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : []
  return [value].flat().filter((each): each is string => typeof each === 'string' && each !== '')
}

/** A parameter of the query as text; '' if it is missing or repeated. */
export function queryText(request: Request, name: string): string {
  const value = request.query[name]
  return typeof value === 'string' ? value : ''
}

/** A parameter of the path as text. */
export function pathParameter(request: Request, name: string): string {
  const value = request.params[name]
  return typeof value === 'string' ? value : ''
}

/** The given address if it is one of this server to go to after log-in, else ''. */
export function safeNext(address: string): string {
  const url = address.startsWith('/') ? parseUrl(address, 'http://ours') : null
  if (url === null) return ''
  const { origin, pathname, search } = url
  // Once its dot segments are resolved, a path may begin with two slashes, which browsers read as another host.
  const isOurs = origin === 'http://ours' && pathname !== '/' && !pathname.startsWith('//')
  return isOurs ? pathname + search : ''
}
