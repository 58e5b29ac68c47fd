import { type ChatError, InvalidInput } from '../../chat/errors.js'
import { refusalSentence } from '../../rendering/refusals.js'
import { isSentenceKey, type SentenceKey, type Translate } from '../../rendering/sentences.js'
import type { FormError } from './pages.js'

/** The labels of the fields, for the summary of errors. */
const labels: Readonly<Record<string, SentenceKey>> = {
  username: 'register.username',
  email: 'login.email',
  password: 'login.password',
  currentPassword: 'settings.currentPassword',
  newPassword: 'settings.newPassword',
}

/** The errors of a form's fields, in words. */
function fieldErrors(error: InvalidInput, t: Translate): FormError[] {
  return Object.entries(error.fields).map(([field, problem]) => {
    const key = `field.${problem}`
    const text = t(isSentenceKey(key) ? key : 'error.invalid')
    const label = labels[field]
    return { field, text, summary: label ? t('form.errorOf', { label: t(label), problem: text }) : text }
  })
}

/** The title of a form's page; begins with a word for the error if there is one. */
export function formHeading(t: Translate, title: SentenceKey, errors: readonly FormError[]): string {
  return errors.length > 0 ? t('form.errorPrefix', { title: t(title) }) : t(title)
}

/** A refusal of a form in words: one entry a field, or one for the whole form. */
export function formErrors(error: ChatError, t: Translate): FormError[] {
  if (error instanceof InvalidInput) return fieldErrors(error, t)
  return [{ field: null, text: refusalSentence(error, t, 0) }]
}
