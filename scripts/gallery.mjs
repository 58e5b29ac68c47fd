// Long because it lists every scene that is photographed.
/** Takes screenshots of every page in every theme, on a phone and wide, and puts them side by side in docs/gallery/. */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './process.mjs'
import { serve } from './served.mjs'
import { build, findChromium, install } from './setup.mjs'

const operatorToken = 'a token for the pictures of the pages alone, never for people'
const password = 'password123'
const themes = ['dark', 'light', 'contrast dark', 'contrast light']
const windows = { phone: { width: 390, height: 844 }, wide: { width: 1280, height: 800 } }
/** How many screenshots are in a row, and by how much they are scaled. */
const sheets = { phone: { columns: 6, scale: 0.6 }, wide: { columns: 3, scale: 0.5 } }
const gap = 16

/** Turns a link into one of the server that is photographed. */
function addressOf(link) {
  const { pathname, search } = new URL(link)
  return pathname + search
}

const photo = async sharp => {
  const hill = (y, colour) =>
    `<path d="M0 ${y} Q300 ${y - 160} 620 ${y - 20} T1200 ${y - 60} V800 H0 Z" fill="${colour}"/>`
  const sky =
    '<linearGradient id="s" x2="0" y2="1"><stop stop-color="#f6c177"/><stop offset="1" stop-color="#eb6f92"/></linearGradient>'
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="800"><defs>${sky}</defs><rect width="1200" height="800" fill="url(#s)"/><circle cx="820" cy="300" r="90" fill="#fff3d6"/>${hill(520, '#7a5c86')}${hill(610, '#4b4a73')}${hill(700, '#26304d')}</svg>`
  return sharp(Buffer.from(svg)).jpeg({ quality: 90 }).toBuffer()
}

/** Logs someone in, in a separate browser. */
async function enter(browser, base, name) {
  const context = await browser.newContext({ baseURL: base, viewport: windows.wide })
  const page = await context.newPage()
  await page.goto('/login')
  await page.getByLabel('Email').fill(`${name}@example.com`)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.waitForURL('**/chats')
  return page
}

/** Creates an account with an invite, because the page of invites is to be shown. */
async function register(browser, base, name) {
  const context = await browser.newContext({ baseURL: base })
  const page = await context.newPage()
  const { link } = await operate(base, 'invites')
  await page.goto(addressOf(link))
  await page.getByLabel('Username').fill(name)
  await page.getByLabel('Email').fill(`${name}@example.com`)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.waitForURL(url => !url.pathname.startsWith('/register'))
  await context.close()
}

/** Opens a chat and waits until it is connected. */
async function goLive(page, address) {
  await page.goto(address)
  await page.locator('#live[data-htmx-powered]').waitFor({ state: 'attached' })
}

async function open(page, name) {
  await page.goto('/chats')
  const link = page.getByRole('link', { name: new RegExp(`^${name} `) })
  await ((await link.count()) > 0
    ? link.first()
    : page.getByRole('button', { name: `Chat with ${name}`, exact: true })
  ).click()
  await page.locator('#live[data-htmx-powered]').waitFor({ state: 'attached' })
  await page.waitForTimeout(500)
  return page.url()
}

async function write(page, ...texts) {
  for (const text of texts) {
    await page.getByRole('textbox', { name: 'Message' }).fill(text)
    await page.getByRole('textbox', { name: 'Message' }).press('Enter')
    await page.locator('#list article .text').filter({ hasText: text }).first().waitFor()
    await page.waitForTimeout(250)
  }
}

const operate = async (base, path) =>
  (
    await fetch(`${base}/operator/${path}`, { method: 'POST', headers: { authorization: `Bearer ${operatorToken}` } })
  ).json()

/**
 * All screenshots: the name, whose page it is, and how to get there. A scene may return a function that undoes what it
 * did to other pages.
 */
function scenesOf({ reset, invite, chat, endedChat, lonely }) {
  const goto = path => async page => {
    await page.goto(path)
  }
  return [
    ['Log in', 'visitor', goto('/login')],
    [
      'Log in, refused',
      'visitor',
      async page => {
        await page.goto('/login')
        await page.getByRole('button', { name: 'Log in' }).click()
      },
    ],
    ['Create account', 'visitor', goto(invite)],
    ['New password', 'visitor', goto(reset)],
    ['Chats', 'alice', goto('/chats')],
    ['People, none found', 'alice', goto('/people?q=nobody')],
    ['Chat', 'alice', goto(chat)],
    [
      'Chat, typing',
      'alice',
      async (page, { bob }) => {
        await goLive(page, chat)
        await goLive(bob, chat)
        await bob.getByRole('textbox', { name: 'Message' }).pressSequentially('I am', { delay: 200 })
        await page.locator('#typing > *').first().waitFor()
        return async () => {
          await bob.getByRole('textbox', { name: 'Message' }).fill('')
          await bob.goto('/chats')
        }
      },
    ],
    ['Empty chat', 'alice', goto(lonely)],
    [
      'Chat options',
      'alice',
      async page => {
        await goLive(page, chat)
        await page.getByRole('button', { name: 'Chat options' }).click()
      },
    ],
    [
      'Reply',
      'alice',
      async page => {
        await page.goto(chat)
        const id = await page.locator('#list .theirs article').last().getAttribute('data-message-id')
        await page.goto(`${chat}?reply=${id}`)
      },
    ],
    [
      'Picture chosen',
      'alice',
      async (page, { image }) => {
        await goLive(page, chat)
        await page.locator('#image').setInputFiles({ name: 'hills.jpg', mimeType: 'image/jpeg', buffer: image })
        await page.locator('.picture-form img').waitFor()
      },
    ],
    [
      'Picture, large',
      'alice',
      async page => {
        await goLive(page, chat)
        await page.getByRole('link', { name: 'Hills at sunset' }).first().click()
        await page.waitForTimeout(400)
      },
    ],
    [
      'Connection lost, not sent',
      'alice',
      async page => {
        await goLive(page, chat)
        await page.waitForTimeout(300)
        await page.getByRole('textbox', { name: 'Message' }).fill('x'.repeat(5001))
        await page.getByRole('textbox', { name: 'Message' }).press('Enter')
        await page.locator('.pending [data-status=failed]').waitFor()
        await page.evaluate(() => {
          const text = document.querySelector('.pending .text')
          if (text) text.textContent = 'This one was too long'
        })
        await page.context().setOffline(true)
        await page.evaluate(() => document.getElementById('live')._htmx.ws.connection.socket.close())
        await page.locator('#connection span').waitFor()
      },
    ],
    [
      'End chat?',
      'alice',
      async page => {
        await goLive(page, chat)
        await page.getByRole('button', { name: 'Chat options' }).click()
        await page.getByRole('button', { name: 'End chat' }).click()
      },
    ],
    ['Chat that is gone', 'alice', goto(endedChat)],
    [
      'Block?',
      'alice',
      async page => {
        await page.goto(chat)
        await page.goto(await page.locator('#options a').getAttribute('href'))
      },
    ],
    [
      'Page out of date',
      'alice',
      async page => {
        await page.goto(chat)
        await page.goto(await page.locator('#options a').getAttribute('href'))
        await page
          .locator('main [name=_csrf]')
          .first()
          .evaluate(field => {
            field.value = 'of-yesterday'
          })
        await page.getByRole('button', { name: 'Block', exact: true }).click()
      },
    ],
    ['Invites', 'alice', goto('/invites')],
    ['Settings', 'alice', goto('/settings')],
    ['Settings: notifications', 'alice', goto('/settings/notifications')],
    ['Settings: privacy', 'alice', goto('/settings/privacy')],
    ['Settings: accessibility', 'alice', goto('/settings/accessibility')],
    ['Settings: account', 'alice', goto('/settings/account')],
    ['Not found', 'alice', goto('/nowhere')],
    ['Descriptions for programs', 'visitor', goto('/api/docs')],
  ]
}

async function prepare(browser, base, image) {
  for (const name of ['Cleo', 'Dana']) await register(browser, base, name)
  const alice = await enter(browser, base, 'alice')
  const bob = await enter(browser, base, 'bob')
  const cleo = await enter(browser, base, 'Cleo')
  const dana = await enter(browser, base, 'Dana')
  const ended = await open(alice, 'Dana')
  await dana.goto(ended)
  await write(dana, 'Gone in a moment')
  await dana.getByRole('button', { name: 'Chat options' }).click()
  await dana.getByRole('button', { name: 'End chat' }).click()
  await dana.getByRole('button', { name: 'End for both' }).click()
  const lonely = await open(alice, 'Dana')
  await open(cleo, 'alice')
  await write(cleo, 'Are you coming on Sunday?', 'Bring the big pot, please')
  const chat = await open(alice, 'bob')
  await goLive(bob, chat)
  await write(alice, 'Hi! Did you get home well?')
  await write(bob, 'Yes, just before the rain.', 'And I took this on the way:')
  await bob.locator('#image').setInputFiles({ name: 'hills.jpg', mimeType: 'image/jpeg', buffer: image })
  await bob.getByLabel("Describe the picture for people who can't see it").fill('Hills at sunset')
  await bob.getByRole('button', { name: 'Send' }).click()
  await alice.locator('#list img').waitFor()
  await write(alice, 'Beautiful. I have the key with me, so come by whenever you like.', 'Shall we say seven?')
  await write(bob, 'Seven it is.', 'שלום, נתראה!')
  await write(alice, 'See you then')
  await bob.goto('/chats')
  await write(alice, 'The door code is 4711, valid for an hour')
  const path = url => new URL(url).pathname
  return { pages: { alice, bob }, addresses: { chat: path(chat), lonely: path(lonely), endedChat: path(ended) } }
}

async function wear(page, theme, size) {
  const [kind, scheme] = theme.startsWith('contrast') ? ['contrast', theme.slice('contrast '.length)] : [theme, theme]
  await page.setViewportSize(windows[size])
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
  return kind
}

try {
  await install()
  await build()
  const [{ chromium }, { default: sharp }] = await Promise.all([import('@playwright/test'), import('sharp')])
  const out = join(root, 'docs', 'gallery')
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const { url: base, stop } = await serve({
    OPERATOR_TOKEN: operatorToken,
    REGISTRATION: 'invite',
    RATE_LIMIT_AUTH_ADDRESS: '1000',
    RATE_LIMIT_MESSAGES: '1000',
  })
  const browser = await chromium.launch({ executablePath: await findChromium(), args: ['--no-sandbox'] })
  const image = await photo(sharp)
  const { pages, addresses } = await prepare(browser, base, image)
  const visitor = await (await browser.newContext({ baseURL: base })).newPage()
  const [{ link: reset }, { link: invite }] = await Promise.all(
    ['accounts/Dana/reset-password', 'invites'].map(path => operate(base, path)),
  )
  const scenes = scenesOf({ ...addresses, reset: addressOf(reset), invite: addressOf(invite) })
  const people = { ...pages, visitor }
  for (const theme of themes) {
    for (const size of Object.keys(windows)) {
      const { columns, scale } = sheets[size]
      const [width, height] = [windows[size].width * scale, windows[size].height * scale].map(Math.round)
      const tiles = []
      for (const [name, who, see] of scenes) {
        const page = people[who]
        const kind = await wear(page, theme, size)
        const putBack = await see(page, { image, bob: pages.bob })
        await page.evaluate(each => document.documentElement.setAttribute('data-theme', each), kind)
        await page.waitForFunction(() => {
          const images = [...document.querySelectorAll('#list img')]
          // One that is out of view would not be loaded otherwise.
          for (const image of images) image.loading = 'eager'
          return images.every(image => image.complete)
        })
        await page.waitForTimeout(100)
        const shot = await page.screenshot({ animations: 'disabled' })
        await putBack?.()
        await page.context().setOffline(false)
        await page.evaluate(() => sessionStorage.clear())
        const caption = await sharp({
          text: {
            text: `<span foreground="#444">${name.replace('&', '&amp;')}</span>`,
            font: 'sans 11',
            rgba: true,
            dpi: 110,
          },
        })
          .png()
          .toBuffer()
        tiles.push([await sharp(shot).resize(width, height).png().toBuffer(), caption])
      }
      const rows = Math.ceil(tiles.length / columns)
      const captionHeight = 28
      const cell = [width + gap, height + gap + captionHeight]
      const sheet = sharp({
        create: { width: cell[0] * columns + gap, height: cell[1] * rows + gap, channels: 3, background: '#d9d9d9' },
      })
      const placed = tiles.flatMap(([tile, caption], index) => {
        const left = gap + cell[0] * (index % columns)
        const top = gap + cell[1] * Math.floor(index / columns)
        return [
          { input: caption, left, top },
          { input: tile, left, top: top + captionHeight },
        ]
      })
      await sheet
        .composite(placed)
        .webp({ quality: 80 })
        .toFile(join(out, `${size}-${theme.replace(' ', '-')}.webp`))
    }
  }
  await browser.close()
  await stop()
} catch (error) {
  console.error(error)
  process.exit(1)
}
