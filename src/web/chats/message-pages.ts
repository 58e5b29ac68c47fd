import { randomBytes } from 'node:crypto'
import type { ErrorRequestHandler, Request } from 'express'
import { z } from 'zod'
import { ChatError, type ErrorCode, errorTable } from '../../chat/errors.js'
import { idSchema, nonceSchema } from '../../chat/message-input.js'
import type { Context } from '../../context.js'
import { formLimitOf } from '../../http/body-readers.js'
import { FormRepeats } from '../../http/form-repeats.js'
import { pictureForm, receivedPicture } from '../../http/pictures/picture-form.js'
import { httpStatusOf, setRetryAfter } from '../../http/refusals.js'
import { accountOf, formField, pathParameter } from '../../http/request.js'
import type { Route } from '../../http/routes.js'
import { refuseOver } from '../../limits.js'
import { fragment } from '../../live/html/fragments.js'
import { refusalFragment } from '../../live/html/refusal-fragment.js'
import { refusalSentence } from '../../rendering/refusals.js'
import { contextOf } from '../page/pages.js'
import { onStaleToken } from '../page/stale-forms.js'
import type { SendChat } from './chat-view.js'

/** Sending a message by a form, and deleting it: pages without a script post it, and htmx if no socket gets through. */
export function messagePages(
  {
    config,
    clock,
    forms,
    rooms,
    images,
    limits,
    memberBodies,
  }: Pick<Context, 'config' | 'clock' | 'forms' | 'rooms' | 'images' | 'limits' | 'memberBodies'>,
  sendChat: SendChat,
): Route[] {
  const { messageMaxLength } = config
  const unsendRepeats = new FormRepeats({ clock, forms, name: 'unsend', outcome: z.void(), isOfOnePage: true })
  const readPicture = pictureForm({
    maxSize: config.images.maxSize,
    maxFieldSize: formLimitOf(messageMaxLength),
    held: images.uploads,
    bodies: memberBodies,
    ownerOf: request => accountOf(request).id,
    admit: async request => {
      const { id } = accountOf(request)
      await images.admit(pathParameter(request, 'room'), id)
      await refuseOver(limits.uploads, id)
    },
  })

  /** The id of the picture that a form brings: a file of its own, or one accepted earlier with a form whose text was refused. */
  async function takePicture(request: Request, roomId: string): Promise<string | undefined> {
    const { bytes, refusal, signal } = receivedPicture(request)
    if (refusal) throw refusal
    if (!bytes) return idSchema.safeParse(formField(request, 'imageId')).data
    const alt = formField(request, 'alt')
    return (await images.accept({ roomId, userId: accountOf(request).id, bytes, alt }, signal)).id
  }

  /** Says that a picture has to be chosen again which came with a form and is not `kept`: no form can be given a file. */
  function lostPictureOf(request: Request, kept: object | null) {
    const { bytes, refusal } = receivedPicture(request)
    return !kept && (bytes || refusal) ? [{ field: 'image', text: contextOf(request).t('picture.lost') }] : []
  }

  const send: Route['handle'] = async (request, response) => {
    const roomId = pathParameter(request, 'room')
    const nonce = nonceSchema.safeParse(formField(request, 'nonce')).data ?? randomBytes(12).toString('base64url')
    const content = formField(request, 'content')
    const replyTo = formField(request, 'replyTo')
    const isHtmx = request.get('hx-request') === 'true'
    let imageId: string | undefined
    try {
      imageId = await takePicture(request, roomId)
      await rooms.send(roomId, accountOf(request).id, { content, nonce, imageId, replyTo })
      if (isHtmx) response.type('html').send(fragment(`p-${nonce}`, 'delete'))
      else response.redirect(303, `/chats/${roomId}`)
    } catch (error) {
      if (!(error instanceof ChatError) || error.code === 'not_found') throw error
      const status = httpStatusOf(error)
      const context = contextOf(request)
      setRetryAfter(response, error)
      if (isHtmx) {
        response
          .status(status)
          .type('html')
          .send(refusalFragment({ nonce, content, imageId, replyTo }, error, context, messageMaxLength))
        return
      }
      const text = refusalSentence(error, context.t, messageMaxLength)
      const field = faultyFieldOf(error.code)
      const alt = formField(request, 'alt')
      const image = imageId ? await images.findUnsent(imageId, roomId, accountOf(request).id) : null
      const errors = [{ field, text }, ...(field === 'image' ? [] : lostPictureOf(request, image))]
      await sendChat(request, response, { status, draft: content, alt, image, replyTo, errors })
    }
  }

  /** Takes a picture before its message, for a page that shows the progress of the upload. */
  const upload: Route['handle'] = async (request, response) => {
    const roomId = pathParameter(request, 'room')
    try {
      const imageId = await takePicture(request, roomId)
      if (!receivedPicture(request).bytes) throw new ChatError('image_missing')
      response.status(201).json({ imageId })
    } catch (error) {
      if (!(error instanceof ChatError) || error.code === 'not_found') throw error
      const { t } = contextOf(request)
      setRetryAfter(response, error)
      const { code } = error
      const message = refusalSentence(error, t, messageMaxLength)
      response.status(httpStatusOf(error)).json({ message, isFinal: errorTable[code].retry === 'never' })
    }
  }

  const unsend: Route['handle'] = async (request, response) => {
    const roomId = pathParameter(request, 'room')
    const { id } = accountOf(request)
    const work = () => rooms.unsend(roomId, id, pathParameter(request, 'message'))
    await unsendRepeats.once(request, work, () => refuseOver(limits.reaching, id))
    // The push removes the message from pages; one without a script is reloaded.
    if (request.get('hx-request') === 'true') response.status(204).end()
    else response.redirect(303, `/chats/${roomId}`)
  }

  const showAgain = onStaleToken(async (request, response) => {
    const errors = [{ field: null, text: contextOf(request).t('form.stale') }, ...lostPictureOf(request, null)]
    const [draft, alt] = [formField(request, 'content'), formField(request, 'alt')]
    const replyTo = formField(request, 'replyTo')
    await sendChat(request, response, { status: 403, draft, alt, image: null, replyTo, errors })
  })
  // Not for htmx, which would not show a whole page.
  const onStale: ErrorRequestHandler = (error: unknown, request, response, next) =>
    request.get('hx-request') === 'true' ? next(error) : showAgain(error, request, response, next)

  const inRoom = { method: 'post', formPage: '/chats/:room' } as const
  const body = { multipart: readPicture }
  return [
    { ...inRoom, path: '/chats/:room/messages', body, handle: send, onError: [onStale] },
    { ...inRoom, path: '/chats/:room/images', body, handle: upload },
    { ...inRoom, path: '/chats/:room/messages/:message/unsend', repeats: unsendRepeats, handle: unsend },
  ]
}

/** The field of the composer that a refusal is about; null where nothing is wrong with what was written or chosen. */
function faultyFieldOf(code: ErrorCode): 'content' | 'image' | null {
  if (code.startsWith('image_')) return 'image'
  return code.startsWith('message_') ? 'content' : null
}
