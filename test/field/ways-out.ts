import type { Page } from '@playwright/test'
import type { HttpClient } from '../support/http-client.js'

/** What a way to leave may use. */
export interface Leaving {
  /** Another tab of the same browser, at the settings of the account. */
  readonly tab: Page
  /** Another browser, where the same person is logged in. */
  readonly elsewhere: HttpClient
  readonly password: string
}

/** The ways in which a person leaves on purpose. */
export const waysOut: readonly { readonly name: string; leave(leaving: Leaving): Promise<unknown> }[] = [
  {
    name: 'logging out in another tab',
    leave: ({ tab }) => tab.getByRole('button', { name: 'Log out', exact: true }).click(),
  },
  {
    name: 'logging out everywhere in another tab',
    leave: ({ tab }) => tab.getByRole('button', { name: 'Log out everywhere' }).click(),
  },
  {
    name: 'deleting the account in another tab',
    async leave({ tab, password }) {
      const form = tab.locator('form[action="/settings/delete"]')
      await form.getByLabel('Password').fill(password)
      await form.getByRole('button').click()
    },
  },
  {
    name: 'logging out everywhere in another browser',
    leave: ({ elsewhere }) => elsewhere.post('/settings/sessions', {}, '/settings'),
  },
  {
    name: 'changing the password in another browser',
    leave: ({ elsewhere, password }) =>
      elsewhere.post('/settings/password', { currentPassword: password, newPassword: 'long enough 2' }, '/settings'),
  },
  {
    name: 'logging out every program by the API',
    leave: async ({ elsewhere }) =>
      elsewhere.request('POST', '/api/auth/logout', { headers: { 'csrf-token': await elsewhere.token('/settings') } }),
  },
  {
    name: 'deleting the account in another browser',
    leave: ({ elsewhere, password }) => elsewhere.post('/settings/delete', { password }, '/settings'),
  },
]
