import type { RequestHandler } from 'express'
import { z } from 'zod'
import type { WallTimes } from '../chat/clock.js'
import { ChatError } from '../chat/errors.js'
import { receivedPicture } from '../http/pictures/picture-form.js'
import { sendPicture } from '../http/pictures/picture-response.js'
import { accountOf, formField, pathParameter } from '../http/request.js'
import type { Images } from '../images/images.js'
import { imageApiUrl, isoTimeOf } from '../live/json/messages.js'
import { type Endpoint, endpoint } from './endpoint.js'

export interface ImageEndpointsDeps {
  readonly clock: WallTimes
  readonly images: Images
  /** Reads the multipart form; see `pictureForm`. */
  readonly readPicture: RequestHandler
}

const fileName = /^([\w-]+)(?:\.webp)?$/

const uploadSchema = z.object({
  image: z.file().describe('JPEG, PNG, WebP or GIF.'),
  roomId: z.string(),
  alt: z.string().optional().describe('What the picture shows, in words.'),
})

const uploadedSchema = z
  .object({
    imageId: z.string().describe('Send it as the `imageId` of a message, before it is gone.'),
    imageUrl: z.string(),
    width: z.int().min(1),
    height: z.int().min(1),
    size: z.int().min(1).describe('Bytes.'),
    expiresAt: z.iso.datetime().describe('When it is gone unless it is sent.'),
  })
  .meta({ id: 'UploadedImage', description: 'A picture that was uploaded' })

/** Pictures: uploading one, and getting it. */
export function imageEndpoints({ clock, images, readPicture }: ImageEndpointsDeps): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/images/upload',
      name: 'uploadImage',
      summary: 'Upload a picture for a room, to be sent with a message',
      access: 'person',
      form: { schema: uploadSchema, read: readPicture },
      answers: { 201: { description: 'The picture', schema: uploadedSchema } },
      refusals: [
        'not_found',
        'image_description_invalid',
        'image_invalid',
        'image_missing',
        'image_not_alone',
        'image_too_large',
        'image_too_many_pixels',
        'image_unsupported',
        'server_busy',
      ],
      handle: async ({ request }) => {
        const userId = accountOf(request).id
        const { bytes, refusal, signal } = receivedPicture(request)
        if (refusal) throw refusal
        const roomId = formField(request, 'roomId')
        await images.admit(roomId, userId)
        if (!bytes) throw new ChatError('image_missing')
        const upload = { roomId, userId, bytes, alt: formField(request, 'alt') }
        const { id, width, height, size, expiresAt } = await images.accept(upload, signal)
        const shown = { imageId: id, imageUrl: imageApiUrl(id), width, height, size }
        return { status: 201, body: { ...shown, expiresAt: isoTimeOf(expiresAt, clock) } }
      },
    }),
    endpoint({
      method: 'get',
      path: '/images/:filename',
      name: 'readImage',
      summary: 'A picture, for its two people alone',
      access: 'person',
      isLight: true,
      answers: { 200: { description: 'The picture', schema: null, media: 'image/webp' } },
      refusals: ['not_found', 'server_busy'],
      handle: async ({ request }) => {
        const [, imageId = ''] = fileName.exec(pathParameter(request, 'filename')) ?? []
        const image = images.find(imageId, accountOf(request).id)
        if (!image) throw new ChatError('not_found')
        return { status: 200, send: response => sendPicture(response, image) }
      },
    }),
  ]
}
