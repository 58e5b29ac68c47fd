import { z } from 'zod'
import type { ImageRef } from '../chat/engine.js'
import { pictureGrounds } from '../chat/picture-ground.js'

/** All that is kept of a picture in Redis, beside its bytes. */
export const factsSchema = z.object({
  ref: z.object({
    ...{ id: z.string(), width: z.number(), height: z.number(), alt: z.string() },
    moves: z.boolean().optional(),
    ground: z.enum(pictureGrounds).optional(),
  }),
  roomId: z.string(),
  ownerId: z.string(),
  size: z.number(),
  /** The size of the first frame of an animation; null for any other picture. */
  stillSize: z.number().nullable(),
})
/** The same as a type. */
export type Facts = z.infer<typeof factsSchema>

/** What a message says of its picture. */
export function refOf({ ref: { moves, ground, ...ref } }: Facts): ImageRef {
  return { ...ref, ...(moves !== undefined && { moves }), ...(ground !== undefined && { ground }) }
}
