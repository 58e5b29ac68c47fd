import { focusKey, installFocusLedger, readFocusLedger } from '../support/browser/ledgers.js'
import { connected, expect, logIn, logOut, send, test } from './fixtures.js'
import type { Tab } from './tab.js'
import { composer, fill, message, see, seeNone, type Target, textsOf } from './targets.js'

/** The shortest life of a message before whose end a warning comes, in ms. */
const lifeMs = 40_000
test.use({ serverEnv: { MESSAGE_TTL_MS: String(lifeMs) } })

/** Waits until a page shows something, or nothing of it any more, which a message's life may take. */
const expectInLife = (tab: Tab, target: Target, isShown: boolean): Promise<void> =>
  expect.poll(async () => (await textsOf(tab, target)).length > 0, { timeout: lifeMs }).toBe(isShown)

const keepFocus = (tab: Tab) => tab.read(installFocusLedger, focusKey)
const readFocus = (tab: Tab) => tab.read(readFocusLedger, focusKey)

test('no push moves the focus from the composer or from a message, or touches a draft', async ({ meet }) => {
  test.setTimeout(180_000)
  const { ann, ben, benClient, path } = await meet()
  /** Posts a form by Ben, without a page of his that would see or be seen. */
  const post = (form: string, fields: Record<string, string> = {}) => benClient.post(path + form, fields, '/settings')
  await post('/lifetime', { lifetimeMs: '14400000' })
  await see(ann.tab, { css: '#about', holds: 'after 4 hours' })
  await logOut(ben.tab)
  await see(ann.tab, { css: '#presence', holds: 'Last seen' })
  await send(ann.tab, 'to be seen')
  const mine = (status: string): Target => ({ css: `#list article[data-status=${status}]`, holds: 'to be seen' })
  await see(ann.tab, mine('sent'))

  const other = await ann.browser.tab()
  await other.open(path)
  await connected(other)
  const id = await other.read(() => {
    const own = document.querySelector<HTMLElement>('#list article')
    own?.focus()
    return own?.dataset.messageId ?? 'none'
  })
  await fill(ann.tab, composer, 'half a sentence')
  await ann.tab.read(() => document.querySelector<HTMLTextAreaElement>('#content')?.setSelectionRange(4, 6))
  const tabs = [ann.tab, other]
  for (const tab of tabs) await keepFocus(tab)
  const seeInBoth = async (target: Target) => {
    for (const tab of tabs) await see(tab, target)
  }

  await logIn(ben.tab, ben)
  await seeInBoth(mine('delivered'))
  await ben.tab.open(path)
  await seeInBoth(mine('seen'))
  await seeInBoth({ css: '#presence', holds: 'Online' })
  await post('/lifetime', { lifetimeMs: String(lifeMs) })
  await seeInBoth({ css: '#about', holds: 'after 40 seconds' })
  await fill(ben.tab, composer, 'x')
  await seeInBoth({ css: '#typing', holds: 'is typing' })
  await send(ben.tab, 'taken back')
  await seeInBoth(message('taken back'))
  const taken = await ann.tab.read(() =>
    [...document.querySelectorAll('#list article')].at(-1)?.getAttribute('data-message-id'),
  )
  await post(`/messages/${taken}/unsend`)
  for (const tab of tabs) await seeNone(tab, message('taken back'))
  await send(ben.tab, 'of a short life')
  await seeInBoth(message('of a short life'))
  for (const tab of tabs) await expectInLife(tab, { css: '#warning button' }, true)
  for (const tab of tabs) await expectInLife(tab, message('of a short life'), false)
  await logOut(ben.tab)
  await seeInBoth({ css: '#presence', holds: 'Last seen' })

  expect(await readFocus(ann.tab)).toEqual(['content half a sentence|4-6'])
  expect(await readFocus(other)).toEqual([id])
})
