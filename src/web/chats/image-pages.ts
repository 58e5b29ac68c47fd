import { ChatError } from '../../chat/errors.js'
import type { Context } from '../../context.js'
import { sendPicture } from '../../http/pictures/picture-response.js'
import { accountOf, pathParameter } from '../../http/request.js'
import type { Route } from '../../http/routes.js'

/** Serves a picture to its two people only. */
export function imagePages({ images }: Pick<Context, 'images'>): Route[] {
  const show: Route['handle'] = async (request, response) => {
    const image = images.find(pathParameter(request, 'id'), accountOf(request).id)
    if (!image) throw new ChatError('not_found')
    await sendPicture(response, image)
  }
  return [{ method: 'get', path: '/images/:id', limit: 'lightRequests', handle: show }]
}
