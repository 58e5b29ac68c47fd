declare module 'csurf' {
  import type { CookieOptions, Request, RequestHandler } from 'express'

  interface Options {
    cookie?: CookieOptions & { key: string }
    value?: (request: Request) => string | undefined
  }

  export default function csurf(options?: Options): RequestHandler
}

declare module 'memorystore' {
  import session from 'express-session'

  interface Options {
    checkPeriod?: number
    /** Told the id and JSON of each session that is removed, for whatever reason. */
    dispose?: (id: string, data: string) => void
    /** Keeps `dispose` from being called if a session is stored again. */
    noDisposeOnSet?: boolean
  }

  type Done = (error?: unknown) => void

  class MemoryStore extends session.Store {
    constructor(options?: Options)
    get(id: string, done: (error: unknown, data?: session.SessionData | null) => void): void
    set(id: string, data: session.SessionData, done?: Done): void
    touch(id: string, data: session.SessionData, done?: Done): void
    destroy(id: string, done?: Done): void
    stopInterval(): void
  }

  export default function memoryStore(library: typeof session): typeof MemoryStore
}

declare module 'accepts' {
  import type { IncomingMessage } from 'node:http'

  interface Accepts {
    /** The best of the names; false if none is accepted. */
    languages(names: string[]): string | false
    /** All that the request asks for, the best first; `*` if it says nothing. */
    languages(): string[]
  }

  export default function accepts(request: IncomingMessage): Accepts
}
