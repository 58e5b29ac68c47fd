import { randomBytes } from 'node:crypto'
import { type ErrorRequestHandler, type RequestHandler, Router } from 'express'
import type { Conversations } from '../chat/conversations.js'
import { ChatError } from '../chat/errors.js'
import { nonceSchema } from '../chat/message-input.js'
import { fragment } from '../live/fragments.js'
import { refusalFragment } from '../live/refusal-fragment.js'
import { refusalSentence } from '../views/refusals.js'
import type { SendChat } from './chat-pages.js'
import { isStaleToken } from './csrf.js'
import { statusOfError } from './errors.js'
import type { FormPages } from './forms.js'
import { contextOf } from './pages.js'
import { accountOf, formField, pathParameter } from './request.js'
import { route } from './routes.js'

export interface MessagePagesDeps {
  readonly conversations: Conversations
  readonly sendChat: SendChat
  readonly messageMaxLength: number
}

/** Sending a message by a form, and taking it back: a page posts it without JavaScript, htmx where no socket gets through. */
export function messagePages({ conversations, sendChat, messageMaxLength }: MessagePagesDeps): FormPages {
  const router = Router()

  const send: RequestHandler = async (request, response) => {
    const roomId = pathParameter(request, 'room')
    const nonce = nonceSchema.safeParse(formField(request, 'nonce')).data ?? randomBytes(12).toString('base64url')
    const content = formField(request, 'content')
    const isHtmx = request.get('hx-request') === 'true'
    try {
      await conversations.send(roomId, accountOf(request).id, { content, nonce })
      if (isHtmx) response.type('html').send(fragment(`p-${nonce}`, 'delete'))
      else response.redirect(303, `/chats/${roomId}`)
    } catch (error) {
      if (!(error instanceof ChatError) || error.code === 'not_found') throw error
      const status = statusOfError(error)
      const context = contextOf(request)
      if (error.retryAfterMs) response.set('Retry-After', String(Math.ceil(error.retryAfterMs / 1000)))
      if (isHtmx) {
        response
          .status(status)
          .type('html')
          .send(refusalFragment({ nonce, content }, error, context, messageMaxLength))
        return
      }
      const text = refusalSentence(error, context.t, messageMaxLength)
      await sendChat(request, response, { status, draft: content, errors: [{ field: 'content', text }] })
    }
  }

  const unsend: RequestHandler = async (request, response) => {
    const roomId = pathParameter(request, 'room')
    await conversations.unsend(roomId, accountOf(request).id, pathParameter(request, 'message'))
    response.redirect(303, `/chats/${roomId}`)
  }

  const onStale: ErrorRequestHandler = (error: unknown, request, response, next) => {
    if (!isStaleToken(error)) return next(error)
    const errors = [{ field: 'content', text: contextOf(request).t('form.stale') }]
    sendChat(request, response, { status: 403, draft: formField(request, 'content'), errors }).catch(next)
  }

  route(router, '/chats/:room/messages', { post: [send] })
  route(router, '/chats/:room/messages/:message/unsend', { post: [unsend] })
  return { router, onStale }
}
