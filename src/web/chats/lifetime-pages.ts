import type { Request, Response } from 'express'
import { type Lifetime, lifeStarts } from '../../chat/engine.js'
import { ChatError } from '../../chat/errors.js'
import type { Context } from '../../context.js'
import { httpStatusOf, setRetryAfter } from '../../http/refusals.js'
import { accountOf, formField, pathParameter } from '../../http/request.js'
import type { Route } from '../../http/routes.js'
import { formErrors } from '../page/forms.js'
import { contextOf } from '../page/pages.js'
import type { SendChat } from './chat-view.js'

/** A page with a script gets the change by its push; one without is reloaded, in its frame if the form was in one. */
function answer(request: Request, response: Response): void {
  if (request.get('hx-request') === 'true') return void response.status(204).end()
  const room = pathParameter(request, 'room')
  const [, every] = /\/frame\?every=(\d{1,4})$/.exec(request.get('referer') ?? '') ?? []
  response.redirect(303, every ? `/chats/${room}/frame?every=${every}` : `/chats/${room}`)
}

/** Reads the fields lifetimeMs and from; the select of the page puts both into the first: "60000 seen". */
function readLifetime(request: Request): Lifetime {
  const [, digits, chosenFrom] = /^(\d{1,12})(?: (seen))?$/.exec(formField(request, 'lifetimeMs')) ?? []
  const from = chosenFrom ?? (formField(request, 'from') || 'sent')
  const lifeStart = lifeStarts.find(each => each === from)
  if (digits === undefined || lifeStart === undefined) throw new ChatError('invalid')
  return { lifetimeMs: Number(digits), from: lifeStart }
}

/** Choosing how long messages live in a chat, keeping those that will vanish soon, and taking away the warning of it. */
export function lifetimePages({ rooms }: Pick<Context, 'rooms'>, sendChat: SendChat): Route[] {
  const choose: Route['handle'] = async (request, response) => {
    try {
      await rooms.setLifetime(pathParameter(request, 'room'), accountOf(request).id, readLifetime(request))
      answer(request, response)
    } catch (error) {
      const isTold = request.get('hx-request') !== 'true' && error instanceof ChatError && error.code !== 'not_found'
      if (!isTold) throw error
      const errors = formErrors(error, contextOf(request).t)
      const status = httpStatusOf(error)
      setRetryAfter(response, error)
      await sendChat(request, response, { status, draft: '', alt: '', image: null, replyTo: '', errors })
    }
  }

  const keep: Route['handle'] = async (request, response) => {
    await rooms.keepLonger(pathParameter(request, 'room'), accountOf(request).id)
    answer(request, response)
  }

  const dismiss: Route['handle'] = async (request, response) => {
    await rooms.dismissWarning(pathParameter(request, 'room'), accountOf(request).id)
    answer(request, response)
  }

  const inRoom = { method: 'post', formPage: '/chats/:room' } as const
  return [
    { ...inRoom, path: '/chats/:room/lifetime', handle: choose },
    { ...inRoom, path: '/chats/:room/keep', handle: keep },
    { ...inRoom, path: '/chats/:room/dismiss', handle: dismiss },
  ]
}
