// Long because every case of one behaviour stands here.
import type { Page } from '@playwright/test'
import { connected, test } from '../support/browser/faulty-chat.js'
import { expect, logIn, message, send, servers } from '../support/browser/fixtures.js'

test.use({ serverEnv: servers.ofDefaultPace })

const composer = (page: Page) => page.getByRole('textbox', { name: 'Message' })
const shown = (page: Page) => page.locator('#list article .text')
const pending = (page: Page) => page.locator('.pending')
const banner = (page: Page) => page.locator('#connection')
const kept = (page: Page) =>
  page.evaluate(() => Object.entries(sessionStorage).filter(([key]) => !['stream', 'side'].includes(key)))

test('three messages written offline arrive once and in order within 2 s of being online again', async ({
  faultyChat,
}) => {
  const { ann, ben, faults } = await faultyChat()
  await ann.context().setOffline(true)
  faults.isDown = true
  faults.cut()
  await expect(banner(ann)).toHaveText('Reconnecting')
  for (const text of ['one', 'two', 'three']) await send(ann, text)
  await expect(pending(ann)).toHaveText([/one/, /two/, /three/])
  faults.heal()
  const since = Date.now()
  await ann.context().setOffline(false)
  await expect(shown(ann)).toHaveText(['one', 'two', 'three'])
  await expect(pending(ann)).toHaveCount(0)
  expect(Date.now() - since).toBeLessThan(2000)
  await expect(banner(ann)).toHaveText('Connected again')
  await expect(shown(ben)).toHaveText(['one', 'two', 'three'])
  await expect(banner(ann)).toBeEmpty()
})

test('a page whose browser says that it is offline says so at once, of itself and what is written, though nothing closes its connection', async ({
  faultyChat,
}) => {
  const { ann, ben, faults } = await faultyChat()
  faults.stall()
  await ann.context().setOffline(true)
  await expect(banner(ann)).toHaveText('Reconnecting', { timeout: 3000 })
  await send(ann, 'written meanwhile')
  await expect(pending(ann).getByText('Waiting to send')).toBeVisible({ timeout: 1000 })
  faults.heal()
  await ann.context().setOffline(false)
  await expect(shown(ann)).toHaveText(['written meanwhile'])
  await expect(shown(ben)).toHaveText(['written meanwhile'])
  await expect(pending(ann)).toHaveCount(0)
})

test('a half-open line is noticed by a send, and stays given up', async ({ faultyChat }) => {
  const { ann, ben, faults } = await faultyChat()
  faults.stall()
  await send(ann, 'into the silence')
  await expect(pending(ann)).toBeVisible()
  await expect(pending(ann).getByText('Sending')).toBeVisible()
  await expect(banner(ann)).toHaveText('Reconnecting', { timeout: 8000 })
  faults.heal()
  await expect(shown(ann)).toHaveText(['into the silence'], { timeout: 15_000 })
  await expect(shown(ben)).toHaveText(['into the silence'], { timeout: 15_000 })
  await expect(pending(ann)).toHaveCount(0)
})

test('a server that is killed and started anew has the page log in, go on and give the draft back', {
  tag: '@own',
}, async ({ mortal, faults, visit }) => {
  const ann = await visit({ baseURL: faults.url })
  const alice = { name: 'alice', email: 'alice@example.com', password: 'password123' }
  await logIn(ann, alice)
  await ann.getByRole('button', { name: 'Chat with bob', exact: true }).click()
  await connected(ann)
  await send(ann, 'of the first life')
  await expect(shown(ann)).toHaveText(['of the first life'])
  await composer(ann).fill('a draft that stays')
  await mortal.kill()
  await expect(banner(ann)).toHaveText('Reconnecting')
  await mortal.start()
  const since = Date.now()
  // How long it takes to show what comes of it is a matter of the machine.
  await Promise.race([ann.waitForEvent('websocket'), ann.waitForRequest(/\/events\?/)])
  expect(Date.now() - since).toBeLessThan(3000)
  await expect(ann.getByRole('heading', { name: 'Log in' })).toBeVisible()
  // As on a page of its own, whose style a chat does not load.
  await expect(ann.locator('.card')).toHaveCSS('width', '448px')
  await ann.getByLabel('Email').fill(alice.email)
  await ann.getByLabel('Password').fill(alice.password)
  await ann.getByRole('button', { name: 'Log in' }).click()
  await expect(ann.getByRole('heading', { name: 'Chat with bob', level: 1 })).toBeVisible()
  await expect(ann.getByRole('main').getByText('The server restarted')).toBeVisible()
  await expect(composer(ann)).toHaveValue('a draft that stays')
  await expect(shown(ann)).toHaveCount(0)
})

test('at the log-in within a page a wrong password is said, and nobody else is given what was written', {
  tag: '@page',
}, async ({ mortal, faults, visit }) => {
  const ann = await visit({ baseURL: faults.url })
  await logIn(ann, { name: 'alice', email: 'alice@example.com', password: 'password123' })
  await ann.getByRole('button', { name: 'Chat with bob', exact: true }).click()
  await connected(ann)
  await send(ann, 'of the first life')
  await expect(shown(ann)).toHaveText(['of the first life'])
  await composer(ann).fill('for alice alone')
  await mortal.kill()
  await mortal.start()
  await expect(ann.getByRole('heading', { name: 'Log in' })).toBeVisible()
  await expect(ann).toHaveURL(/\/login\?next=%2Fchats%2F/)
  await expect(ann).toHaveTitle(/^Log in/)
  await expect(ann.getByText('of the first life')).toHaveCount(0)
  const enter = async (email: string, password: string) => {
    await ann.getByLabel('Email').fill(email)
    await ann.getByLabel('Password').fill(password)
    await ann.getByRole('button', { name: 'Log in' }).click()
  }
  await enter('bob@example.com', 'not the password')
  const heading = ann.getByRole('heading', { name: "There's a problem" })
  await expect(heading).toBeFocused()
  await expect(heading).toHaveAccessibleDescription('Wrong email or password')
  await expect(ann.getByLabel('Email')).toHaveValue('bob@example.com')
  expect(await kept(ann)).toHaveLength(1)
  await enter('bob@example.com', 'password123')
  await expect(ann).not.toHaveURL(/login/)
  await expect.poll(() => kept(ann)).toEqual([])
  await ann.goto('/chats')
  await ann.getByRole('button', { name: 'Chat with alice', exact: true }).click()
  await connected(ann)
  await expect(composer(ann)).toHaveValue('')
})

test('a server that restarts in order is come back to', { tag: '@own' }, async ({ mortal, faults, visit }) => {
  const ann = await visit({ baseURL: faults.url })
  await logIn(ann, { name: 'alice', email: 'alice@example.com', password: 'password123' })
  await ann.getByRole('button', { name: 'Chat with bob', exact: true }).click()
  await connected(ann)
  await mortal.stop()
  await expect(banner(ann)).toHaveText('Reconnecting')
  await mortal.start()
  await expect(ann.getByRole('heading', { name: 'Log in' })).toBeVisible()
})

test('a chat that ended while the line was down takes nothing more, and gives back what waited', async ({
  faultyChat,
}) => {
  const { ann, benClient, benName, annName, faults, path } = await faultyChat()
  faults.isDown = true
  faults.cut()
  await expect(banner(ann)).toHaveText('Reconnecting')
  await send(ann, 'too late')
  await benClient.post(`${path}/end`, {}, `${path}/end`)
  faults.heal()
  await expect(ann.getByRole('heading', { name: 'This chat is gone' })).toBeVisible()
  await expect(pending(ann)).toHaveCount(0)
  await ann
    .getByRole('button', { name: `Chat with ${benName}` })
    .first()
    .click()
  await expect(composer(ann)).toHaveValue('too late')
  await expect(shown(ann)).toHaveCount(0)
  const chats = await (await benClient.get('/chats')).text()
  expect(chats).toContain(annName)
  expect(chats).not.toContain('too late')
})

test('six messages at once go out by themselves, in order, at the rate that is allowed', async ({ faultyChat }) => {
  const { ann, ben } = await faultyChat()
  const texts = ['1', '2', '3', '4', '5', '6', '7']
  for (const text of texts) await send(ann, text)
  await expect(shown(ann)).toHaveText(texts)
  await expect(shown(ben)).toHaveText(texts)
  await expect(pending(ann)).toHaveCount(0)
  expect(await kept(ann)).toEqual([])
})

test('a dead socket that was given up never comes back beside the new one', { tag: '@sockets' }, async ({
  faultyChat,
}) => {
  const { ann, faults } = await faultyChat()
  const sockets: string[] = []
  ann.on('websocket', socket => sockets.push(socket.url()))
  faults.stall()
  await send(ann, 'first')
  await expect(banner(ann)).toHaveText('Reconnecting', { timeout: 8000 })
  await expect.poll(() => sockets.length, { timeout: 15_000 }).toBeGreaterThan(0)
  faults.heal()
  await expect(shown(ann)).toHaveText(['first'], { timeout: 10_000 })
  const count = sockets.length
  // Chromium gives up a socket two seconds after it was closed, and htmx would react within another second.
  await ann.waitForTimeout(4000)
  expect(sockets.length).toBe(count)
})

test('a message without an answer for 15 s is Not sent, keeps its text, and goes out by Try again', {
  tag: '@long',
}, async ({ faultyChat }) => {
  const { ann, ben, path } = await faultyChat()
  let swallows = true
  await ann.routeWebSocket(/\/ws/, socket => {
    const server = socket.connectToServer()
    socket.onMessage(text => {
      if (!swallows || !text.includes('message:send')) server.send(text)
    })
  })
  // A post that is neither forwarded nor answered.
  await ann.route('**/messages', route => (swallows ? undefined : route.continue()))
  await ann.goto(path)
  await connected(ann)
  await send(ann, 'unheard')
  await send(ann, 'behind it')
  const failed = pending(ann).filter({ hasText: 'unheard' })
  await expect(failed.getByText('Not sent', { exact: true })).toBeVisible({ timeout: 25_000 })
  await expect(failed.getByText('unheard')).toBeVisible()
  swallows = false
  await expect(shown(ben)).toHaveCount(0)
  await failed.getByRole('button', { name: 'Try again' }).click()
  await expect(shown(ben)).toHaveText(['unheard', 'behind it'])
  await expect(pending(ann)).toHaveCount(0)
})

test('a draft and what it answers survive a reload, and are forgotten on sending and on logging out', {
  tag: '@page',
}, async ({ faultyChat }) => {
  const { ann, ben } = await faultyChat()
  await send(ben, 'a question')
  await ann.getByRole('article').focus()
  await ann.keyboard.press('Enter')
  await ann.keyboard.press('Enter')
  await expect(ann.locator('#replying')).toContainText('a question')
  await composer(ann).fill('half a thou')
  await ann.reload()
  await connected(ann)
  await expect(composer(ann)).toHaveValue('half a thou')
  await expect(ann.locator('#replying')).toContainText('a question')
  await send(ann, 'a whole thought')
  await expect(shown(ann)).toHaveText(['a question', 'a whole thought'])
  await expect.poll(() => kept(ann)).toEqual([])
  await composer(ann).fill('not for the next one here')
  expect(await kept(ann)).toHaveLength(1)
  await ann.getByRole('button', { name: 'Log out' }).click()
  await expect(ann.getByRole('heading', { name: 'Log in' })).toBeVisible()
  expect(await kept(ann)).toEqual([])
})

test('what waits in the outbox survives a reload and arrives once', async ({ faultyChat }) => {
  const { ann, ben, faults } = await faultyChat()
  faults.drop('down')
  await send(ann, 'stored, but never answered')
  await expect(shown(ben)).toHaveCount(0)
  faults.heal()
  await ann.reload()
  await connected(ann)
  await expect(shown(ann)).toHaveText(['stored, but never answered'])
  await expect(shown(ben)).toHaveText(['stored, but never answered'])
  await expect(pending(ann)).toHaveCount(0)
})

test('nothing older than a message lives is sent again by itself', { tag: '@page' }, async ({ faultyChat }) => {
  const { ann, ben, faults, path } = await faultyChat()
  faults.isDown = true
  faults.cut()
  // Makes the page believe that it is written more than an hour ago.
  await ann.evaluate(() => {
    const now = Date.now
    Date.now = () => now() - 3_700_000
  })
  await send(ann, 'from long ago')
  await expect.poll(() => kept(ann)).toHaveLength(1)
  // The page must not reconnect before it is reloaded, because it knows the true time.
  await ann.goto('about:blank')
  faults.heal()
  await ann.goto(path)
  await connected(ann)
  await expect(pending(ann).getByText('Not sent', { exact: true })).toBeVisible()
  await expect(pending(ann)).toContainText('from long ago')
  await expect(shown(ben)).toHaveCount(0)
})

test('who ended a chat is told to the other, whose page goes on when a restart took the room', async ({
  faultyChat,
}) => {
  const { ann, ben, benClient, benName, path, faults } = await faultyChat()
  await composer(ann).fill('goes along')
  faults.isDown = true
  faults.cut()
  await expect(banner(ann)).toHaveText('Reconnecting')
  await benClient.post(`${path}/end`, {}, `${path}/end`)
  // A page of an earlier run of the server: its room is gone, though nobody ended it.
  await ann.evaluate(() => {
    const state = document.querySelector('#state')
    const earlier = `earlier${state?.getAttribute('value')?.replace(/^[^.]*/, '')}`
    state?.setAttribute('value', earlier)
    const { sse } = document.getElementById('live')?._htmx ?? {}
    if (sse) sse.lastEventId = earlier
  })
  // The attempt after next says so: its address is written before the one before it has failed.
  const { refused } = faults
  await expect.poll(() => faults.refused).toBeGreaterThan(refused + 1)
  faults.heal()
  await expect(ann.getByRole('main').getByText('The server restarted')).toBeVisible()
  await expect(ann).not.toHaveURL(new RegExp(path))
  await expect(composer(ann)).toHaveValue('goes along')
  await connected(ann)
  await ben.goto(new URL(ann.url()).pathname)
  await connected(ben)
  await benClient.post(`${new URL(ann.url()).pathname}/end`, {}, `${new URL(ann.url()).pathname}/end`)
  await expect(ann.getByText(`${benName} ended this chat`)).toBeVisible()
  await expect(ben.getByText('You ended this chat')).toBeVisible()
})

test('where sockets are refused the page goes on by events, and tells nobody but the log', {
  tag: ['@sockets', '@own'],
}, async ({ mortal, faults, visit }) => {
  faults.refusesUpgrades = true
  const [ann, ben] = [await visit({ baseURL: faults.url }), await visit({ baseURL: faults.url })]
  await logIn(ann, { name: 'alice', email: 'alice@example.com', password: 'password123' })
  await logIn(ben, { name: 'bob', email: 'bob@example.com', password: 'password123' })
  await ann.getByRole('button', { name: 'Chat with bob', exact: true }).click()
  await ben.goto(ann.url())
  for (const page of [ann, ben]) await page.waitForSelector('[hx-sse\\:connect]', { state: 'attached' })
  for (const page of [ann, ben]) await connected(page)
  await send(ann, 'by another way')
  await expect(shown(ben)).toHaveText(['by another way'])
  await expect(message(ann, 'by another way')).toHaveAttribute('data-status', 'seen')
  await composer(ben).pressSequentially('answering')
  await expect(ann.locator('#typing')).toHaveText(/bob is typing/)
  expect(faults.upgrades).toBeGreaterThanOrEqual(3)
  expect(faults.openUpgrades).toBe(0)
  expect(mortal.output).toContain('because its WebSocket failed')
  for (const page of [ann, ben]) await expect(page.locator('body')).not.toContainText(/socket|event/i)
  // A page loaded five minutes later tries the socket again.
  faults.refusesUpgrades = false
  await ann.evaluate(() => sessionStorage.setItem('stream', String(Date.now() - 301_000)))
  await ann.reload()
  await connected(ann)
  await expect.poll(() => faults.openUpgrades).toBe(1)
})

test('?live=sse has a page live on events where sockets are let through', { tag: '@sockets' }, async ({
  faultyChat,
}) => {
  const { ann, ben, faults, path } = await faultyChat()
  await ann.goto(`${path}?live=sse`)
  await connected(ann)
  await send(ben, 'to a stream')
  await expect(shown(ann)).toHaveText(['to a stream'])
  await expect.poll(() => faults.openUpgrades).toBe(1)
})

test('tabs of one person agree on messages, ticks, unread counts and drafts sent', async ({ faultyChat }) => {
  const { ann, ben, tab, annClient, path, benName } = await faultyChat()
  const second = await tab()
  const list = await tab('/chats')
  await send(ann, 'from one tab')
  await expect(shown(second)).toHaveText(['from one tab'])
  await expect(composer(ann)).toHaveValue('')
  for (const page of [ann, second]) await expect(message(page, 'from one tab')).toHaveAttribute('data-status', 'seen')
  for (const page of [ann, second]) await page.goto('about:blank')
  await send(ben, 'are you there?')
  const line = list.getByRole('link', { name: new RegExp(benName) })
  await expect(line).toContainText('1 unread')
  await second.goto(path)
  await expect(message(second, 'are you there?')).toBeVisible()
  await expect(line).not.toContainText('unread')
  // The last connection is still open, and a reload shows nobody as gone.
  await list.reload()
  await expect(ben.locator('#presence')).toContainText('Online')
  expect(await (await annClient.get(path)).text()).toContain('are you there?')
})

test.describe('without JavaScript', () => {
  const context = { javaScriptEnabled: false }

  test('the messages load themselves anew beside a composer that keeps what is typed', async ({ faultyChat }) => {
    const { ann, benClient, path } = await faultyChat({ query: '?every=5', context })
    const frame = ann.frameLocator('iframe.frame')
    await expect(ann.locator('#messages')).toBeHidden()
    await composer(ann).fill('typing on and on')
    await benClient.post(`${path}/messages`, { content: 'meanwhile', nonce: 'meanwhile' }, path)
    await expect(frame.getByRole('article').filter({ hasText: 'meanwhile' })).toBeVisible({ timeout: 8000 })
    await expect(composer(ann)).toHaveValue('typing on and on')
    // The iframe reports only what it really shows.
    const status = async () => /data-status="(\w+)"/.exec(await (await benClient.get(path)).text())?.[1]
    await expect.poll(status).toBe('seen')
  })

  test('a message is posted once by a double click, and Check for new messages shows the answer', async ({
    faultyChat,
  }) => {
    const { ann, benClient, path } = await faultyChat({ context })
    await composer(ann).fill('click, click')
    await ann.getByRole('button', { name: 'Send' }).dblclick()
    await expect(shown(ann)).toHaveText(['click, click'])
    await benClient.post(`${path}/messages`, { content: 'the answer', nonce: 'answer' }, path)
    await ann.getByRole('link', { name: 'Check for new messages' }).click()
    await expect(shown(ann)).toHaveText(['click, click', 'the answer'])
  })
})
