import {
  type ErrorRequestHandler,
  type IRouter,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from 'express'
import type { Answer } from '../chat/answer.js'
import { ChatError } from '../chat/errors.js'

/**
 * Who may enter: `anyone`, whose body is never read; a `guest`, who need not be logged in and may post a short body; a
 * `member`, who is logged in; the `operator`, who brings a token from the settings.
 */
export type Access = 'anyone' | 'guest' | 'member' | 'operator' | 'member or operator'

/** Reads a multipart form; other bodies pass it. */
export interface Multipart {
  readonly multipart: RequestHandler
}

/** `lightRequests` is for what pages ask for by themselves; `none` for what something else bounds. */
export type RequestLimit = 'requests' | 'lightRequests' | 'none'
/** Recognises a form that is posted again, to do once what both ask for. */
export interface Repeats {
  /** Notes which form a request posts. `cookie`: the cookie that tells whose it is. */
  note(request: Request, cookie: string): void
  /** Whether a form that came with this cookie has ended its session a moment ago, or is about to. */
  expects(cookie: string): Answer<boolean>
  /** Whether a request that was noted repeats a form that was done. Waits for one that is worked on. */
  isRepeat(request: Request): Promise<boolean>
}

interface Declaration {
  readonly method: 'get' | 'post'
  /** Where it is mounted, with parameters as `:name`. */
  readonly path: `/${string}`
  /** The limit that counts its requests. Default: `requests`. */
  readonly limit?: RequestLimit
  /** A multipart form that it takes beside the usual kind of body of its guards. */
  readonly body?: Multipart
  /** Whether a request that changes something must bring the CSRF token. Default: yes. */
  readonly needsToken?: boolean
  /** For a form that creates or uses up something, so that it must not be worked on twice. Only pages have such. */
  readonly repeats?: Repeats
  /** The page with the form, to return to after a log-in; may have the parameters of `path`. Default: `/chats`. */
  readonly formPage?: `/${string}`
  /** Answers a request that was let in. May throw any ChatError. */
  handle(request: Request, response: Response): void | Promise<void>
  /** Whether its answer may show all that its person has. Default: that of a GET of a member, which a page does not make by itself. */
  readonly mayBeLong?: boolean
  /** Handlers for its errors, tried in this order before those of the app. */
  readonly onError?: readonly ErrorRequestHandler[]
}

/** One method of one address, and who may enter. Default: members. */
export type Route = Declaration &
  // Bodies of strangers are read for guests only, so `anyone` cannot post.
  ({ readonly access: 'anyone'; readonly method: 'get' } | { readonly access?: Exclude<Access, 'anyone'> })

/** A declaration with its defaults filled in. */
export interface DeclaredRoute {
  readonly method: 'get' | 'post'
  /** The whole path, with parameters as `:name`. */
  readonly path: string
  readonly access: Access
  readonly limit: RequestLimit
  readonly needsToken: boolean
  readonly formPage: string
  readonly body: Multipart | null
  readonly repeats: Repeats | null
  readonly mayBeLong: boolean
}

/** Guards one kind of routes: pages, the API, event streams, the operator's. */
export interface RouteGuards {
  /** Whether they check the access and count by the limit that a route declares; one that they do not accept does not start. */
  accepts(route: DeclaredRoute): boolean
  /** The handlers that check, count and read what a route declares, in their order. */
  before(route: DeclaredRoute): readonly RequestHandler[]
  /** Find who is logged in again, after an answer that may be long has waited for its turn. None of its answers waits without. */
  readonly findAgain?: readonly RequestHandler[]
  /** The handlers before what no route answers is refused. */
  readonly beforeRefusal: readonly RequestHandler[]
  /** Refuses what a stranger posts to an address that takes no forms. */
  readonly refuseStranger?: RequestHandler
}

/** The declarations behind each route of Express. */
const declarations = new WeakMap<object, readonly DeclaredRoute[]>()

/**
 * Makes a router of declared routes, each behind its guards. Every other method gets 405 with `Allow`.
 * @param prefix where the router will be mounted
 * @throws Error if two routes declare the same method and path, or its guards do not accept one
 */
export function createRouter(routes: readonly Route[], guards: RouteGuards, prefix: '' | `/${string}` = ''): Router {
  const router = Router()
  for (const path of new Set(routes.map(route => route.path))) {
    const at = router.route(path)
    const methods = new Map<string, DeclaredRoute>()
    for (const route of routes.filter(other => other.path === path)) {
      const declared = complete(route, prefix)
      if (methods.has(route.method)) throw new Error(`${route.method} ${declared.path} is declared twice`)
      if (!guards.accepts(declared))
        throw new Error(`${declared.path} declares an access or a limit that its guards do not check`)
      methods.set(route.method, declared)
      const { findAgain } = guards
      const noteGuards: RequestHandler = (_request, response, next) => {
        if (findAgain) response.findAgain = findAgain
        next()
      }
      const handle: RequestHandler = (request, response) =>
        findAgain && declared.mayBeLong
          ? response.inTurn(() => route.handle(request, response))
          : route.handle(request, response)
      at[route.method](noteGuards, ...guards.before(declared), handle, ...(route.onError ?? []))
    }
    const allowed = [...methods.keys()].flatMap(method => (method === 'get' ? ['GET', 'HEAD'] : ['POST'])).join(', ')
    const refuseStranger: RequestHandler = (request, response, next) =>
      request.method === 'POST' && guards.refuseStranger ? guards.refuseStranger(request, response, next) : next()
    at.all(...guards.beforeRefusal, refuseStranger, (_request, response) => {
      response.set('Allow', allowed)
      throw new ChatError('method_not_allowed')
    })
    declarations.set(at, [...methods.values()])
  }
  return router
}

function complete(route: Route, prefix: string): DeclaredRoute {
  const { method, path, access = 'member', limit = 'requests', needsToken = true, formPage = '/chats' } = route
  const { body = null, repeats = null } = route
  // What a page asks for by itself is short, or comes in parts.
  const { mayBeLong = method === 'get' && access === 'member' && limit === 'requests' } = route
  return { method, path: prefix + path, access, limit, needsToken, formPage, body, repeats, mayBeLong }
}

/**
 * Every route of an app or router, with those of the routers in it.
 * @throws Error if something answers at an address without a declaration
 */
export function declaredRoutes(router: Pick<IRouter, 'stack'>): readonly DeclaredRoute[] {
  return router.stack.flatMap(layer => {
    if (layer.route) {
      const declared = declarations.get(layer.route)
      if (!declared) throw new Error(`${layer.route.path} is answered without a declaration`)
      return declared
    }
    if (isRouter(layer.handle)) return declaredRoutes(layer.handle)
    // A middleware is for all addresses; one for some of them would be a route without a declaration.
    if (Reflect.get(layer, 'slash') !== true)
      throw new Error(`${layer.name} answers at an address without a declaration`)
    return []
  })
}

function isRouter(handle: object): handle is IRouter {
  return 'stack' in handle && Array.isArray(handle.stack)
}

/** Refuses what no route answered. */
export const notFound: RequestHandler = () => {
  throw new ChatError('not_found')
}
