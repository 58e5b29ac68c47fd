import { z } from 'zod'
import { InvalidInput } from '../chat/errors.js'
import { checkUsername } from './username.js'

const maxEmailLength = 254
const minPasswordLength = 8
const maxPasswordBytes = 72

const emailName = /^[^\s\p{Cc}\p{Cs}"(),:;<>@[\\\].]+(\.[^\s\p{Cc}\p{Cs}"(),:;<>@[\\\].]+)*$/u
const emailDomain =
  /^([\p{L}\p{N}]([\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{N}][\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}]$/u

function isEmail(value: string): boolean {
  if (value.length > maxEmailLength) return false
  const at = value.lastIndexOf('@')
  return at > 0 && at <= 64 && emailName.test(value.slice(0, at)) && emailDomain.test(value.slice(at + 1))
}

const filledText = z.string('required').min(1, 'required')

const email = z.string('required').trim().min(1, 'required').refine(isEmail, { error: 'email_invalid', abort: true })

const username = z
  .string('required')
  .trim()
  .min(1, 'required')
  .transform((value, context) => {
    const name = value.normalize('NFC')
    const problem = checkUsername(name)
    if (problem !== null) context.addIssue(problem)
    return name
  })

/** A new password: at least 8 characters, at most 72 bytes of UTF-8, which is bcrypt's limit. */
const newPassword = filledText
  .refine(value => [...value.normalize('NFC')].length >= minPasswordLength, 'password_short')
  .refine(value => Buffer.byteLength(value.normalize('NFC')) <= maxPasswordBytes, 'password_long')

/** The input that creates an account; `invite` is '' for none. */
export const registrationInput = z.object({ username, email, password: newPassword, invite: z.string().default('') })

/** The input with which the operator creates an account. */
export const newPersonInput = z.object({ username, email })

/** The input that sets a password by a link, without the current one. */
export const passwordResetInput = z.object({ newPassword })

/** The input that logs someone in. */
export const loginInput = z.object({ email, password: filledText })

/** The input that changes a password. */
export const passwordChangeInput = z.object({ currentPassword: filledText, newPassword })

/**
 * Parses input of any origin with a schema whose error messages are stable keys.
 * @throws InvalidInput with the first key of each refused field
 */
export function parseInput<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  // Issues without a key of ours get this one, never the library's own message.
  const { success, data, error } = schema.safeParse(input ?? {}, { error: () => 'invalid' })
  if (success) return data
  const fields: Record<string, string> = {}
  for (const issue of error.issues) {
    const field = String(issue.path[0])
    fields[field] ??= issue.message
  }
  throw new InvalidInput(fields)
}
