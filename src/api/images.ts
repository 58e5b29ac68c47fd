import { type RequestHandler, Router } from 'express'
import { ChatError } from '../chat/errors.js'
import type { Images } from '../images/images.js'
import { receivedPicture } from '../images/picture-form.js'
import { sendPicture } from '../images/picture-response.js'
import { accountOf, formField, pathParameter } from '../web/request.js'
import { route } from '../web/routes.js'

export interface ImagesApiDeps {
  readonly images: Images
  /** Lets only a person in, and is asked before anything is read. */
  readonly person: readonly RequestHandler[]
  /** Reads the multipart form; see `pictureForm`. */
  readonly readPicture: RequestHandler
}

const extension = '.webp'
const fileName = /^([\w-]+)(?:\.webp)?$/

/** The address of a picture under /api. */
export function imageApiUrl(imageId: string): string {
  return `/api/images/${imageId}${extension}`
}

/** Pictures for programs. Relies on `request.account`; everything that is wrong is thrown as a ChatError. */
export function imagesApi({ images, person, readPicture }: ImagesApiDeps): Router {
  const router = Router()

  const upload: RequestHandler = async (request, response) => {
    const userId = accountOf(request).id
    const { bytes, refusal, signal } = receivedPicture(request)
    if (refusal) throw refusal
    const roomId = formField(request, 'roomId')
    await images.admit(roomId, userId)
    if (!bytes) throw new ChatError('image_missing')
    const image = await images.accept({ roomId, userId, bytes, alt: formField(request, 'alt') }, signal)
    const { id, width, height, size } = image
    const expiresAt = new Date(image.expiresAt).toISOString()
    response.status(201).json({ imageId: id, imageUrl: imageApiUrl(id), width, height, size, expiresAt })
  }

  const show: RequestHandler = async (request, response) => {
    const [, imageId = ''] = fileName.exec(pathParameter(request, 'filename')) ?? []
    const image = images.find(imageId, accountOf(request).id)
    if (!image) throw new ChatError('not_found')
    await sendPicture(response, image)
  }

  route(router, '/images/upload', { post: [...person, readPicture, upload] })
  route(router, '/images/:filename', { get: [...person, show] })
  return router
}
