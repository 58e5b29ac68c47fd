import { type RequestHandler, Router } from 'express'
import { ChatError } from '../chat/errors.js'
import { sendPicture } from '../http/pictures/picture-response.js'
import { accountOf, pathParameter } from '../http/request.js'
import { route } from '../http/routes.js'
import type { Images } from '../images/images.js'

/** A picture, for its two people alone. */
export function imagePages(images: Images): Router {
  const router = Router()
  const show: RequestHandler = async (request, response) => {
    const image = images.find(pathParameter(request, 'id'), accountOf(request).id)
    if (!image) throw new ChatError('not_found')
    await sendPicture(response, image)
  }
  route(router, '/images/:id', { get: [show] })
  return router
}
