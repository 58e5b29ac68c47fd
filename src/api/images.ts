import { z } from 'zod'
import { ChatError } from '../chat/errors.js'
import type { Context } from '../context.js'
import { pictureForm, receivedPicture } from '../http/pictures/picture-form.js'
import { sendPicture } from '../http/pictures/picture-response.js'
import { accountOf, formField, pathParameter } from '../http/request.js'
import { refuseOver } from '../limits.js'
import { imageApiUrl, isoTimeOf } from '../live/json/messages.js'
import { type Endpoint, endpoint } from './endpoint.js'

/** Room for a description of a thousand characters, each of four bytes. */
const maxDescriptionBytes = 16_384

const fileName = /^([\w-]+)(?:\.webp)?$/

const uploadSchema = z.object({
  image: z.file().describe('JPEG, PNG, WebP or GIF.'),
  roomId: z.string(),
  alt: z.string().optional().describe('What the picture shows, in words.'),
})

const uploadedSchema = z
  .object({
    imageId: z.string().describe('Send it as the `imageId` of a message before `expiresAt`.'),
    imageUrl: z.string(),
    width: z.int().min(1),
    height: z.int().min(1),
    size: z.int().min(1).describe('Bytes.'),
    expiresAt: z.iso.datetime().describe('When it is deleted unless it is sent.'),
  })
  .meta({ id: 'UploadedImage', description: 'A picture that was uploaded' })

/** Pictures: uploading one, and getting it. */
export function imageEndpoints({
  config,
  clock,
  limits,
  images,
  memberBodies,
}: Pick<Context, 'config' | 'clock' | 'limits' | 'images' | 'memberBodies'>): Endpoint[] {
  // The field with the room may come after the file, so membership is checked once the form is read.
  const readPicture = pictureForm({
    maxSize: config.images.maxSize,
    maxFieldSize: maxDescriptionBytes,
    held: images.uploads,
    bodies: memberBodies,
    ownerOf: request => accountOf(request).id,
    admit: async request => refuseOver(limits.uploads, accountOf(request).id),
  })
  return [
    endpoint({
      method: 'post',
      path: '/images/upload',
      name: 'uploadImage',
      summary: 'Upload a picture for a room, to be sent with a message',
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
        'person_full',
        'server_busy',
        'server_full',
        'storage_failed',
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
      limit: 'lightRequests',
      answers: { 200: { description: 'The picture', schema: null, media: 'image/webp' } },
      refusals: ['not_found', 'server_busy'],
      handle: async ({ request }) => {
        const [, imageId = ''] = fileName.exec(pathParameter(request, 'filename')) ?? []
        const image = await images.find(imageId, accountOf(request).id)
        if (!image) throw new ChatError('not_found')
        return { status: 200, send: response => sendPicture(response, image) }
      },
    }),
  ]
}
