import { randomBytes } from 'node:crypto'
import { type ErrorRequestHandler, type Request, type RequestHandler, Router } from 'express'
import type { Conversations } from '../chat/conversations.js'
import { ChatError } from '../chat/errors.js'
import { idSchema, nonceSchema } from '../chat/message-input.js'
import { isStaleToken } from '../http/csrf.js'
import { receivedPicture } from '../http/pictures/picture-form.js'
import { accountOf, formField, pathParameter } from '../http/request.js'
import { route } from '../http/routes.js'
import type { Images } from '../images/images.js'
import { fragment } from '../live/html/fragments.js'
import { refusalFragment } from '../live/html/refusal-fragment.js'
import { refusalSentence } from '../rendering/refusals.js'
import type { SendChat } from './chat-pages.js'
import { setRetryAfter, statusOfError } from './errors.js'
import type { FormPages } from './forms.js'
import { contextOf } from './pages.js'

export interface MessagePagesDeps {
  readonly conversations: Conversations
  readonly images: Images
  readonly sendChat: SendChat
  readonly messageMaxLength: number
}

/** Sending a message by a form, and taking it back: a page posts it without a script, htmx where no socket gets through. */
export function messagePages({ conversations, images, sendChat, messageMaxLength }: MessagePagesDeps): FormPages {
  const router = Router()

  /** The picture that a form brings: one sent along, or one accepted with a form that was refused for its text. */
  async function takePicture(request: Request, roomId: string): Promise<string | undefined> {
    const { bytes, refusal, signal } = receivedPicture(request)
    if (refusal) throw refusal
    if (!bytes) return idSchema.safeParse(formField(request, 'imageId')).data
    const alt = formField(request, 'alt')
    return (await images.accept({ roomId, userId: accountOf(request).id, bytes, alt }, signal)).id
  }

  const send: RequestHandler = async (request, response) => {
    const roomId = pathParameter(request, 'room')
    const nonce = nonceSchema.safeParse(formField(request, 'nonce')).data ?? randomBytes(12).toString('base64url')
    const content = formField(request, 'content')
    const isHtmx = request.get('hx-request') === 'true'
    let imageId: string | undefined
    try {
      imageId = await takePicture(request, roomId)
      await conversations.send(roomId, accountOf(request).id, { content, nonce, imageId })
      if (isHtmx) response.type('html').send(fragment(`p-${nonce}`, 'delete'))
      else response.redirect(303, `/chats/${roomId}`)
    } catch (error) {
      if (!(error instanceof ChatError) || error.code === 'not_found') throw error
      const status = statusOfError(error)
      const context = contextOf(request)
      setRetryAfter(response, error)
      if (isHtmx) {
        response
          .status(status)
          .type('html')
          .send(refusalFragment({ nonce, content, imageId }, error, context, messageMaxLength))
        return
      }
      const text = refusalSentence(error, context.t, messageMaxLength)
      const field = error.code.startsWith('image_') ? 'image' : 'content'
      const alt = formField(request, 'alt')
      const image = imageId ? images.findUnsent(imageId, roomId, accountOf(request).id) : null
      await sendChat(request, response, { status, draft: content, alt, image, errors: [{ field, text }] })
    }
  }

  /** Takes a picture ahead of its message, for a page that shows how far it has come. */
  const upload: RequestHandler = async (request, response) => {
    const roomId = pathParameter(request, 'room')
    try {
      const imageId = await takePicture(request, roomId)
      if (!receivedPicture(request).bytes) throw new ChatError('image_missing')
      response.status(201).json({ imageId })
    } catch (error) {
      if (!(error instanceof ChatError) || error.code === 'not_found') throw error
      const { t } = contextOf(request)
      setRetryAfter(response, error)
      response.status(statusOfError(error)).json({ message: refusalSentence(error, t, messageMaxLength) })
    }
  }

  const unsend: RequestHandler = async (request, response) => {
    const roomId = pathParameter(request, 'room')
    await conversations.unsend(roomId, accountOf(request).id, pathParameter(request, 'message'))
    // The push takes the message away; a page without a script is loaded anew.
    if (request.get('hx-request') === 'true') response.status(204).end()
    else response.redirect(303, `/chats/${roomId}`)
  }

  const onStale: ErrorRequestHandler = (error: unknown, request, response, next) => {
    // What lies below the address that this is mounted at has no draft; and htmx would not show a page.
    const isForm = request.path === '/' && request.get('hx-request') !== 'true'
    if (!isStaleToken(error) || !isForm) return next(error)
    const errors = [{ field: 'content', text: contextOf(request).t('form.stale') }]
    const [draft, alt] = [formField(request, 'content'), formField(request, 'alt')]
    sendChat(request, response, { status: 403, draft, alt, image: null, errors }).catch(next)
  }

  route(router, '/chats/:room/messages', { post: [send] })
  route(router, '/chats/:room/images', { post: [upload] })
  route(router, '/chats/:room/messages/:message/unsend', { post: [unsend] })
  return { router, onStale }
}
