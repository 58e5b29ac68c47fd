import { z } from 'zod'
import { ChatError } from './errors.js'

/** A nonce as clients make them. Source: docs/api.md, "Chat". */
export const nonceSchema = z.string('required').regex(/^[A-Za-z0-9_-]{1,64}$/, 'nonce_invalid')

/** The id of a room, a message, a person or a picture as this server makes them. */
export const idSchema = z.string('required').regex(/^[A-Za-z0-9_-]{1,64}$/, 'id_invalid')

/** What a person sends, from the API or a socket; the text itself is checked by `normaliseText`. */
export const messageInput = z.object({
  content: z.string('text_invalid').default(''),
  nonce: nonceSchema,
  // A bubble's form has the field always, and leaves it empty without a picture.
  imageId: idSchema.or(z.literal('')).optional(),
  // Any text: an id of no message sends without a quote. A bubble's form has the field always.
  replyTo: z.string('id_invalid').nullish(),
})

// Newline and tab are text; every other control character, and half of a surrogate pair, could only deceive or break
// what shows it.
const unshowable = /(?![\n\t])\p{Cc}|\p{Cs}/u

/**
 * A character that shows something: no white space, none that Unicode says is to be ignored, and none of the few blanks
 * of which it does not say so (in braille, music, Egyptian and Khitan writing, and around annotations).
 */
const visible =
  /[^\s\p{Cc}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800\ufff9-\ufffb\u{13430}-\u{1343f}\u{13441}\u{13442}\u{16fe4}\u{1d159}]/u

/**
 * What a person typed, as it is stored: line ends become LF, a text of which nothing is visible becomes '', all else
 * stays as it is.
 * @param maxLength the most UTF-16 units allowed, counted with LF for line ends
 * @throws ChatError `message_too_long`; `message_invalid` for control characters and for half of a surrogate pair
 */
export function normaliseText(typed: string, maxLength: number): string {
  const text = typed.replace(/\r\n?/g, '\n')
  if (text.length > maxLength) throw new ChatError('message_too_long')
  if (unshowable.test(text)) throw new ChatError('message_invalid')
  return visible.test(text) ? text : ''
}
