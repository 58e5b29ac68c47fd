import { chooseOption } from '../support/browser/chat-options.js'
import { expect, logIn, test } from '../support/browser/fixtures.js'

test('without JavaScript two people register, log in, find each other, chat, end it and log out', async ({
  visit,
  person,
}) => {
  const ben = await person('Plain-Ben')
  const options = { javaScriptEnabled: false }
  const [page, other] = [await visit(options), await visit(options)]
  await page.goto('/register')
  await page.getByLabel('Username').fill('Plain-Ann')
  await page.getByLabel('Email').fill('plain-ann@example.com')
  await page.getByLabel('Password').fill('long enough 1')
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByRole('searchbox', { name: 'Find people' }).fill(ben.name)
  await page.getByRole('button', { name: 'Find', exact: true }).click()
  await page.getByRole('button', { name: `Chat with ${ben.name}`, exact: true }).click()
  await expect(page.getByRole('heading', { name: `Chat with ${ben.name}`, level: 1 })).toBeVisible()
  // Without JavaScript, Enter begins a new line, whatever the settings say.
  await expect(page.getByRole('textbox', { name: 'Message' })).not.toHaveAccessibleDescription(/Enter sends/)
  await page.getByRole('textbox', { name: 'Message' }).fill('Hello\nwithout a script')
  await page.getByRole('button', { name: 'Send' }).click()
  const mine = page.getByRole('article', { name: 'You' })
  await expect(mine).toContainText('without a script')
  await expect(mine).toContainText('UTC')
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue('')

  await other.goto('/login')
  await other.getByLabel('Email').fill(ben.email)
  await other.getByLabel('Password').fill(ben.password)
  await other.getByRole('button', { name: 'Log in' }).click()
  await other.getByRole('link', { name: /^Plain-Ann.*1 unread/ }).click()
  await expect(other.getByRole('article', { name: 'Plain-Ann' })).toContainText('Hello')
  await other.getByRole('textbox', { name: 'Message' }).fill('Hello Ann')
  await other.getByRole('button', { name: 'Send' }).click()

  await page.getByRole('link', { name: 'Check for new messages' }).click()
  await expect(page.getByRole('article', { name: ben.name })).toContainText('Hello Ann')
  await page.getByRole('article', { name: ben.name }).getByRole('button', { name: 'Message options' }).click()
  await expect(page.getByRole('button', { name: 'Copy' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Reply' }).click()
  await page.getByRole('textbox', { name: 'Message' }).fill('ok')
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(mine.last().getByRole('link')).toHaveText(new RegExp(`${ben.name} Hello Ann`))
  await mine.last().getByRole('button', { name: 'Message options' }).click()
  await page.getByRole('button', { name: 'Delete for both' }).click()
  await expect(mine).toHaveCount(1)
  await chooseOption(page, 'End chat')
  await expect(page.getByRole('heading', { name: 'End this chat?', level: 1 })).toBeVisible()
  await page.getByRole('button', { name: 'End for both' }).click()
  await expect(page.getByRole('heading', { name: 'Chats', level: 1 })).toBeVisible()
  await expect(page.getByRole('link', { name: new RegExp(`^${ben.name}`) })).toHaveCount(0)
  await page.getByRole('button', { name: 'Log out' }).click()
  await expect(page.getByRole('heading', { name: 'Log in', level: 1 })).toBeVisible()
})

test('without JavaScript what was refused keeps its draft, and the errors are linked and focused', async ({
  visit,
  person,
  tolerate,
}) => {
  tolerate(/status of 422/)
  const [ann, ben] = [await person('Plain-Ann'), await person('Plain-Ben')]
  const page = await visit({ javaScriptEnabled: false })
  await page.goto('/login')
  await page.getByLabel('Email').fill(ann.email)
  await page.getByLabel('Password').fill('not the password')
  await page.getByRole('button', { name: 'Log in' }).click()
  await expect(page).toHaveTitle(/^Error: Log in/)
  await expect(page.getByLabel('Email')).toHaveValue(ann.email)
  await expect(page.getByLabel('Password')).toHaveValue('')
  await expect(page.getByRole('alert')).toBeFocused()
  await page.getByRole('alert').getByRole('link').click()
  await expect(page.getByLabel('Email')).toBeFocused()
  await page.getByLabel('Password').fill(ann.password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('searchbox', { name: 'Find people' }).fill(ben.name)
  await page.getByRole('button', { name: 'Find', exact: true }).click()
  await page.getByRole('button', { name: `Chat with ${ben.name}`, exact: true }).click()
  const draft = `\n${'far too long '.repeat(400)}`
  await page.getByRole('textbox', { name: 'Message' }).fill(draft)
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(page).toHaveTitle(/^Error: Chat with/)
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveValue(draft)
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveAttribute('aria-invalid', 'true')
})

test('without JavaScript every setting is one form, and a password, the other devices and the account end by others', async ({
  visit,
  person,
  tolerate,
}) => {
  tolerate(/status of 422/)
  const ann = await person('ann')
  const options = { javaScriptEnabled: false }
  const [page, other] = [await visit(options), await visit(options)]
  for (const each of [page, other]) await logIn(each, ann)
  await page.getByRole('link', { name: 'Settings' }).click()
  const group = (name: string) => page.getByRole('group', { name })
  await page.getByLabel('Language').selectOption({ label: 'Same as browser' })
  await group('Theme').getByLabel('High contrast').check()
  await group('Text size').getByLabel('Larger').check()
  await group('Key that sends').getByLabel('Ctrl+Enter').check()
  await page.getByLabel('Time zone').selectOption('Europe/Berlin')
  await group('Screen reader announcements').getByLabel('New messages').uncheck()
  await group('Sounds').getByLabel('When I get a message').check()
  await group('Open chats with updates paused').getByLabel('Yes').check()
  await group('Refresh without JavaScript').getByLabel('Every 15 seconds').check()
  await page.getByRole('button', { name: 'Save settings' }).click()
  await expect(page.getByText('Settings saved')).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'contrast')
  await page.reload()
  await expect(group('Text size').getByLabel('Larger')).toBeChecked()
  await expect(group('Key that sends').getByLabel('Ctrl+Enter')).toBeChecked()
  await expect(page.getByLabel('Time zone')).toHaveValue('Europe/Berlin')
  await expect(group('Screen reader announcements').getByLabel('New messages')).not.toBeChecked()
  await expect(group('Sounds').getByLabel('When I get a message')).toBeChecked()
  await expect(group('Open chats with updates paused').getByLabel('Yes')).toBeChecked()
  await expect(group('Refresh without JavaScript').getByLabel('Every 15 seconds')).toBeChecked()

  await page.getByLabel('Current password').fill(ann.password)
  await page.getByLabel('New password').fill('another long one')
  await page.getByRole('button', { name: 'Change password' }).click()
  await expect(page.getByText('Password changed.')).toBeVisible()
  await other.goto('/chats')
  await expect(other.getByRole('heading', { name: 'Log in', level: 1 })).toBeVisible()
  await page.getByRole('button', { name: 'Log out everywhere' }).click()
  await expect(page.getByRole('heading', { name: 'Log in', level: 1 })).toBeVisible()

  await logIn(page, { ...ann, password: 'another long one' })
  await page.goto('/settings')
  const farewell = page.getByRole('region', { name: 'Delete my account' })
  await farewell.getByLabel('Password').fill('another long one')
  await page.getByRole('button', { name: 'Delete my account for good' }).click()
  await page.goto('/chats')
  await expect(page.getByRole('heading', { name: 'Log in', level: 1 })).toBeVisible()
  await page.getByLabel('Email').fill(ann.email)
  await page.getByLabel('Password').fill('another long one')
  await page.getByRole('button', { name: 'Log in' }).click()
  await expect(page).toHaveTitle(/^Error: Log in/)
})
