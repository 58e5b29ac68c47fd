import { z } from 'zod'

const messageSchema = z.object({ id: z.string(), seq: z.number(), content: z.string() })
/** What a program has to understand to chat, as docs/api.md describes it. */
export const frameSchema = z.discriminatedUnion('type', [
  messageSchema.extend({ type: z.literal('message:new'), roomId: z.string() }),
  z.object({
    type: z.literal('reply'),
    ref: z.string(),
    ok: z.boolean(),
    code: z.string().optional(),
    retryAfterMs: z.number().optional(),
    hasEarlier: z.boolean().optional(),
    messages: z.array(messageSchema).optional(),
  }),
])

/** A message as a program hears of it. */
export type HeardMessage = z.infer<typeof messageSchema>

/** The answer to what carried a `ref`. */
export type Reply = Extract<z.infer<typeof frameSchema>, { type: 'reply' }>
