import {
  type ErrorRequestHandler,
  type IRouter,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from 'express'
import { ChatError } from '../chat/errors.js'

/**
 * Who may enter: `anyone`, of whom nothing is read but the address; a `guest`, who need not be logged in and may post a
 * short body; a `member`, who is logged in; the `operator`, by a token of the settings.
 */
export type Access = 'anyone' | 'guest' | 'member' | 'operator' | 'member or operator'

/** Reads a multipart form; other bodies pass it. */
export interface Multipart {
  readonly multipart: RequestHandler
}

interface Declaration {
  readonly method: 'get' | 'post'
  /** Where it is mounted, with parameters as `:name`. */
  readonly path: `/${string}`
  /** Which limit on a person's requests counts it: `lightRequests` for what pages ask for by themselves. `requests` unless told. */
  readonly limit?: 'requests' | 'lightRequests'
  /** What kind of body it takes beside the usual one of its door; that one unless told. */
  readonly body?: Multipart
  /** Whether a request that changes something must bring the CSRF token. It must unless told. */
  readonly needsToken?: boolean
  /** The page that has the form, for who must log in first; its parameters are those of `path`. `/chats` unless told. */
  readonly formPage?: `/${string}`
  /** Answers a request that was let in. A ChatError that it throws is answered by its code. */
  handle(request: Request, response: Response): void | Promise<void>
  /** What is asked for an answer to an error, in this order, before the door's own. */
  readonly onError?: readonly ErrorRequestHandler[]
}

/** One address and method that is answered, and who may enter: members alone unless told. */
export type Route = Declaration &
  // Nothing is read of what anyone sends.
  ({ readonly access: 'anyone'; readonly method: 'get' } | { readonly access?: Exclude<Access, 'anyone'> })

/** A declaration with all that it left out. */
export interface DeclaredRoute {
  readonly method: 'get' | 'post'
  /** As it stands in an address, with parameters as `:name`. */
  readonly path: string
  readonly access: Access
  readonly limit: 'requests' | 'lightRequests'
  readonly needsToken: boolean
  readonly formPage: string
  readonly body: Multipart | null
}

/** What stands before the handlers of one kind of routes: pages, programs, streams, machines. */
export interface Door {
  /** Whom it knows how to let in; a route that declares another access does not start. */
  readonly admits: readonly Access[]
  /** Lets in, counts and reads what a route declares, in the order in which that is done. */
  guards(route: DeclaredRoute): readonly RequestHandler[]
  /** What is done before a wrong method is refused. */
  readonly beforeRefusal: readonly RequestHandler[]
}

/** What was mounted from declarations, by the routes of Express. */
const declarations = new WeakMap<object, readonly DeclaredRoute[]>()

/**
 * Makes the router of declared routes: each answers behind its guards, and 405 with `Allow` to every other method.
 * @param prefix where the router will be mounted
 * @throws Error when two routes declare the same method and path, or one an access that its door does not know
 */
export function createRouter(routes: readonly Route[], door: Door, prefix: '' | `/${string}` = ''): Router {
  const router = Router()
  for (const path of new Set(routes.map(route => route.path))) {
    const at = router.route(path)
    const methods = new Map<string, DeclaredRoute>()
    for (const route of routes.filter(other => other.path === path)) {
      const declared = complete(route, prefix)
      if (methods.has(route.method)) throw new Error(`${route.method} ${declared.path} is declared twice`)
      if (!door.admits.includes(declared.access)) throw new Error(`${declared.path} is behind the wrong door`)
      methods.set(route.method, declared)
      const handle: RequestHandler = (request, response) => route.handle(request, response)
      at[route.method](...door.guards(declared), handle, ...(route.onError ?? []))
    }
    const allowed = [...methods.keys()].flatMap(method => (method === 'get' ? ['GET', 'HEAD'] : ['POST'])).join(', ')
    at.all(...door.beforeRefusal, (_request, response) => {
      response.set('Allow', allowed)
      throw new ChatError('method_not_allowed')
    })
    declarations.set(at, [...methods.values()])
  }
  return router
}

function complete(route: Route, prefix: string): DeclaredRoute {
  const { method, path, access = 'member', limit = 'requests', needsToken = true, formPage = '/chats' } = route
  return { method, path: prefix + path, access, limit, needsToken, formPage, body: route.body ?? null }
}

/**
 * Every route of an app or router, with those of the routers in it.
 * @throws Error when something answers at an address without having been declared
 */
export function declaredRoutes(router: Pick<IRouter, 'stack'>): readonly DeclaredRoute[] {
  return router.stack.flatMap(layer => {
    if (layer.route) {
      const declared = declarations.get(layer.route)
      if (!declared) throw new Error(`${layer.route.path} is answered without a declaration`)
      return declared
    }
    if (isRouter(layer.handle)) return declaredRoutes(layer.handle)
    // A middleware is for all addresses alike; one for some of them would be a route that declares nothing.
    if (Reflect.get(layer, 'slash') !== true)
      throw new Error(`${layer.name} answers at an address without a declaration`)
    return []
  })
}

function isRouter(handle: object): handle is IRouter {
  return 'stack' in handle && Array.isArray(handle.stack)
}

/** Answers whatever no route answered. */
export const notFound: RequestHandler = () => {
  throw new ChatError('not_found')
}
