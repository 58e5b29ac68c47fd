import { ChatError } from '../../chat/errors.js'
import type { Context } from '../../context.js'
import { sendPicture } from '../../http/pictures/picture-response.js'
import { accountOf, pathParameter } from '../../http/request.js'
import type { Route } from '../../http/routes.js'
import type { ImagePart } from '../../images/image-store.js'

/** Serves a picture, and the first frame of one that moves, to its two people only. */
export function imagePages({ images }: Pick<Context, 'images'>): Route[] {
  const show =
    (part: ImagePart): Route['handle'] =>
    async (request, response) => {
      const image = await images.find(pathParameter(request, 'id'), accountOf(request).id, part)
      if (!image) throw new ChatError('not_found')
      await sendPicture(response, image)
    }
  return [
    { method: 'get', path: '/images/:id', limit: 'lightRequests', handle: show('whole') },
    { method: 'get', path: '/images/:id/still', limit: 'lightRequests', handle: show('still') },
  ]
}
