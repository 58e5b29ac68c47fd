import type { Request, Response } from 'express'
import { parseInput } from '../../accounts/account-input.js'
import { type AccountSettings, settingsSchema } from '../../accounts/settings.js'
import { ChatError } from '../../chat/errors.js'
import type { Context } from '../../context.js'
import { httpStatusOf, setRetryAfter } from '../../http/refusals.js'
import { accountOf, formField, formFields, queryText } from '../../http/request.js'
import type { Route } from '../../http/routes.js'
import { pageTitles } from '../../rendering/page-titles.js'
import type { SentenceKey } from '../../rendering/sentences.js'
import { formErrors, formHeading } from '../page/forms.js'
import { contextOf, type FormError, sendPage } from '../page/pages.js'
import { viewList } from '../page/side-list.js'
import { onStaleToken } from '../page/stale-forms.js'

/** The pages of the settings, in the order of their links. Each has a template of its name. */
const pages = {
  general: { path: '/settings', link: 'settings.general' },
  notifications: { path: '/settings/notifications', link: 'settings.notifications' },
  privacy: { path: '/settings/privacy', link: 'settings.privacy' },
  accessibility: { path: '/settings/accessibility', link: 'settings.accessibility' },
  account: { path: '/settings/account', link: 'settings.account' },
} as const

const notices = new Map<string, SentenceKey>([
  ['saved', 'settings.saved'],
  ['password', 'settings.passwordSaved'],
  ['unblocked', 'settings.unblocked'],
  ['device', 'settings.deviceRemoved'],
])

/** What every page of the settings needs: the list of chats stands beside it. */
export type SettingsContext = Pick<Context, 'people' | 'rooms' | 'chatPage'>

/** One page of the settings, and how its forms are answered. */
export interface SettingsPage {
  /** Showing the page, and saving the fields of its form. */
  readonly routes: readonly Route[]
  /** What the declaration of each of its forms has. */
  readonly form: Pick<Route, 'method' | 'formPage' | 'onError'> & { readonly method: 'post' }
  /** Does the work of a form, and shows the page again with what is wrong. */
  answering(work: (request: Request, response: Response) => Promise<void>): Route['handle']
}

/**
 * Makes one page of the settings.
 * @param view what it shows beside what all of them show
 */
export function settingsPage(
  context: SettingsContext,
  name: keyof typeof pages,
  view: (request: Request) => object | Promise<object>,
): SettingsPage {
  const { people } = context
  const { path } = pages[name]
  const title = pageTitles[name]

  async function show(
    request: Request,
    response: Response,
    status: number,
    errors: readonly FormError[],
  ): Promise<void> {
    const { t } = contextOf(request)
    const { username, email, settings } = accountOf(request)
    const done = errors.length === 0 && notices.get(queryText(request, 'done'))
    sendPage(
      request,
      response,
      status,
      `settings-${name}`,
      await viewList(context, request),
      {
        name,
        heading: formHeading(t, title, errors),
        title: t(title),
        pages: Object.values(pages),
        path,
        notice: done ? t(done) : '',
        errors,
        values: {},
        account: { name: username, email },
        settings,
      },
      await view(request),
    )
  }

  const answering: SettingsPage['answering'] = work => async (request, response) => {
    try {
      await work(request, response)
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
      setRetryAfter(response, error)
      const errors = formErrors(error, contextOf(request).t)
      await response.inTurn(() => show(request, response, httpStatusOf(error), errors))
    }
  }

  const save = answering(async (request, response) => {
    const { id, settings } = accountOf(request)
    const chosen = readChoices(request)
    await people.changeSettings(id, parseInput(settingsSchema, { ...settings, ...chosen }), Object.keys(chosen))
    response.redirect(303, `${path}?done=saved`)
  })

  const onStale = onStaleToken((request, response) =>
    response.inTurn(() => show(request, response, 403, [{ field: null, text: contextOf(request).t('form.stale') }])),
  )
  const form = { method: 'post', formPage: path, onError: [onStale] } as const
  const routes: Route[] = [
    { method: 'get', path, handle: (request, response) => show(request, response, 200, []) },
    { ...form, path, handle: save },
  ]
  return { routes, form, answering }
}

/** The settings that a form has, unchecked; all others are to stay as they are. An empty zone means the browser's. */
function readChoices(request: Request): object {
  const said = (name: keyof AccountSettings) => formField(request, name)
  const isSaid = (name: keyof AccountSettings) =>
    typeof request.body === 'object' && request.body !== null && name in request.body
  const checked = (name: 'announced' | 'sounds') => (isSaid(name) ? { [name]: formFields(request, name) } : {})
  // A switch that is on posts `no` and `yes`, one that is off `no` alone.
  const switched = (name: keyof AccountSettings) => {
    const values = formFields(request, name)
    return values.length > 0 ? { [name]: values.includes('yes') } : {}
  }
  return {
    ...(said('language') && { language: said('language') }),
    ...(said('textSize') && { textSize: said('textSize') }),
    ...checked('announced'),
    ...checked('sounds'),
    ...switched('notifies'),
    ...switched('startsPaused'),
    ...switched('sendsReceipts'),
    ...switched('sendsTyping'),
    ...switched('discreetTitles'),
    ...(said('theme') && { theme: said('theme') }),
    ...(isSaid('zone') && { zone: said('zone') || null }),
    ...(said('sendKey') && { sendKey: said('sendKey') }),
    ...(said('refreshSeconds') && { refreshSeconds: Number(said('refreshSeconds')) }),
  }
}
