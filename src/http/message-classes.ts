import { IncomingMessage, ServerResponse } from 'node:http'
import type { Express } from 'express'

/** The classes that a server makes requests and answers of. */
export interface MessageClasses {
  readonly IncomingMessage: typeof IncomingMessage
  readonly ServerResponse: typeof ServerResponse
}

/**
 * Makes classes whose instances have the prototypes of an app from the start. Express sets them for each request, and V8 then
 * gives each request and each answer a hidden class of its own: everything that reads or sets a property of one has to look it
 * up anew, and that took a third of a page. To set the prototype that an object has already changes nothing.
 */
export function messageClassesOf(app: Express): MessageClasses {
  class AppRequest extends IncomingMessage {}
  class AppResponse<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> {}
  Object.setPrototypeOf(AppRequest.prototype, app.request)
  Object.setPrototypeOf(AppResponse.prototype, app.response)
  Object.assign(app, { request: AppRequest.prototype, response: AppResponse.prototype })
  return { IncomingMessage: AppRequest, ServerResponse: AppResponse }
}
