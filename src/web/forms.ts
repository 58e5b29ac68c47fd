import type { ErrorRequestHandler, Router } from 'express'
import type { InvalidInput } from '../chat/errors.js'
import { isSentenceKey, type SentenceKey, type Translate } from '../views/sentences.js'
import type { FormError } from './pages.js'

/** The pages of a form, and what renders it again with all that was typed when its token is no longer good. */
export interface FormPages {
  readonly router: Router
  readonly onStale: ErrorRequestHandler
}

/** The refused fields of a form, in words. */
export function fieldErrors(error: InvalidInput, t: Translate): FormError[] {
  return Object.entries(error.fields).map(([field, problem]) => {
    const key = `field.${problem}`
    return { field, text: t(isSentenceKey(key) ? key : 'error.invalid') }
  })
}

/** The title of a form's page, which says first that something is wrong. */
export function formHeading(t: Translate, title: SentenceKey, errors: readonly FormError[]): string {
  return errors.length > 0 ? t('form.errorPrefix', { title: t(title) }) : t(title)
}
