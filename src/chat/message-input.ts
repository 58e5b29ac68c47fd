import { z } from 'zod'
import { ChatError } from './errors.js'

/** A nonce as clients make them. Source: contract, 5. */
export const nonceSchema = z.string('required').regex(/^[A-Za-z0-9_-]{1,64}$/, 'nonce_invalid')

/** The id of a room, a message, a person or a picture as this server makes them. */
export const idSchema = z.string('required').regex(/^[A-Za-z0-9_-]{1,64}$/, 'id_invalid')

/** What a person sends, from the API or a socket; the text itself is checked by `normaliseText`. */
export const messageInput = z.object({
  content: z.string('text_invalid').default(''),
  nonce: nonceSchema,
  // A bubble's form has the field always, and leaves it empty without a picture.
  imageId: idSchema.or(z.literal('')).optional(),
})

// Newline and tab are text; every other control character could only deceive or break what shows it.
const controlCharacters = /(?![\n\t])\p{Cc}/u

/**
 * What a person typed, as it is stored: line ends become LF, all else stays as it is.
 * @param maxLength the most UTF-16 units allowed, counted after that
 * @throws ChatError `message_too_long`; `message_invalid` for control characters
 */
export function normaliseText(typed: string, maxLength: number): string {
  const text = typed.replace(/\r\n?/g, '\n')
  if (text.length > maxLength) throw new ChatError('message_too_long')
  if (controlCharacters.test(text)) throw new ChatError('message_invalid')
  return text
}
