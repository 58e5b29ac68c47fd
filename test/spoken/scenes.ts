// Long because all scenes stand here in the order of their transcripts.
import type { Page } from '@playwright/test'
import { liveRegionAddress, liveRegionCases } from '../support/browser/live-regions.js'
import { sendPicture } from '../support/browser/picture-choice.js'
import { messageIdOf } from '../support/live-page.js'
import type { Chat, Stage } from './stage.js'

/** A scene: what happens on a page, of which it is heard what is said. */
export interface Scene {
  readonly name: string
  readonly act: (stage: Stage) => Promise<void>
}

/** The name of the scene that the ledger of speech is a model of. */
export const waysToSpeak = 'Ways to have something said'

/** Lives of messages, in ms: one too short for a warning, and one whose warning comes after half of it. */
const shortLifeMs = 16_000
const warnedLifeMs = 44_000

/** A list of one chat, and the options of a chat, have fewer stops of the Tab key. */
const mostStops = 20

const shows = (page: Page, text: string) => page.getByRole('article').filter({ hasText: text }).waitFor()
const isAt = (page: Page, selector: string) =>
  page.waitForFunction(wanted => document.activeElement?.matches(wanted), selector)
const hasStatus = (page: Page, status: string) => page.locator(`#list article[data-status=${status}]`).waitFor()

/** Presses Tab until what matches has the focus. */
async function tabTo({ page, desktop }: Stage, selector: string): Promise<void> {
  const isThere = () => page.evaluate(wanted => document.activeElement?.matches(wanted), selector)
  for (let count = 0; count < mostStops && !(await isThere()); count += 1) await desktop.press('Tab')
  await isAt(page, selector)
}

/** Writes a text at the keyboard and sends it; `isThere` waits for what comes of that. Only what is said then is heard. */
async function send(stage: Stage, text: string, then: string, isThere: () => Promise<unknown>): Promise<void> {
  const { desktop } = stage
  await stage.prepare(() => desktop.type(text))
  await stage.hear(`Ann has written "${text}" and presses Enter; ${then}`, async () => {
    await desktop.press('Return')
    await isThere()
  })
}

/** Has Ann send a message before what is heard. */
const sendBefore =
  ({ page, desktop }: Stage, text: string) =>
  async () => {
    await desktop.type(text)
    await desktop.press('Return')
    await hasStatus(page, 'sent')
  }

/** Has the other send a message before what is heard; its announcement is over then. */
const receive =
  ({ page }: Stage, chat: Chat, text: string) =>
  async () => {
    await chat.write(text)
    await page.locator('#announcer p').filter({ hasText: text }).waitFor({ state: 'attached' })
  }

/** Has Ann go from the composer back to the messages: past the button for pictures. */
const goToMessages =
  ({ page, desktop }: Stage) =>
  async () => {
    await desktop.press('shift+Tab', 'shift+Tab')
    await isAt(page, '#messages')
  }

/**
 * Has Ann be among the messages in focus mode, where their keys work, while something happens. Told twice, Orca stays in it; told
 * again after that, it is as it was.
 */
async function amongMessages(stage: Stage, act: () => Promise<void>): Promise<void> {
  const { desktop } = stage
  await stage.prepare(goToMessages(stage))
  await stage.prepare(() => desktop.press('Insert+a', 'Insert+a'))
  try {
    await act()
  } finally {
    await stage.prepare(() => desktop.press('Insert+a'))
  }
}

/** Presses a key that leads to a message with this text. */
const goTo =
  ({ page, desktop }: Stage, key: string, text = '') =>
  async () => {
    await desktop.press(key)
    await page.waitForFunction(words => {
      const at = document.activeElement
      return at?.matches('article') && at.textContent.includes(words)
    }, text)
  }

/** Begins a chat, opens it in the browser, and waits until nothing more is said. */
async function enter(stage: Stage, name: string, lifeMs?: number): Promise<Chat> {
  const chat = await stage.chatWith(name, lifeMs)
  await stage.prepare(() => stage.open(chat))
  return chat
}

/** All scenes, in the order of the transcripts. */
export const scenes: readonly Scene[] = [
  {
    name: 'Page load',
    async act(stage) {
      const chat = await stage.chatWith('Ben')
      await stage.prepare(async () => {})
      await chat.ann.post(`${chat.path}/messages`, { content: 'Hello', nonce: 'hello' }, chat.path)
      await stage.hear('The page of a chat with a message of Ann is loaded', () => stage.open(chat))
    },
  },
  {
    name: 'Own message',
    async act(stage) {
      await enter(stage, 'Carla')
      await send(stage, 'See you at eight', 'it is sent', () => hasStatus(stage.page, 'sent'))
    },
  },
  {
    name: "The other's message",
    async act(stage) {
      const { page } = stage
      const chat = await enter(stage, 'David')
      await stage.hear('David sends "Hello Ann"', async () => {
        await chat.write('Hello Ann')
        await shows(page, 'Hello Ann')
      })
    },
  },
  {
    name: 'A burst of messages',
    async act(stage) {
      const { page } = stage
      const chat = await enter(stage, 'Emma')
      await stage.hear('Emma sends four messages at once', async () => {
        await Promise.all(['one', 'two', 'three', 'four'].map(text => chat.write(text)))
        await page.getByRole('article').nth(3).waitFor()
      })
    },
  },
  {
    name: 'Typing',
    async act(stage) {
      const { page } = stage
      const chat = await enter(stage, 'Felix')
      const felix = await chat.join()
      await stage.hear('Felix types for five seconds, and stops', async () => {
        for (let second = 0; second < 5; second += 1) {
          felix.say({ type: 'typing:start' })
          await page.waitForTimeout(1000)
        }
        await page.locator('#typing:empty').waitFor({ state: 'attached' })
      })
      await felix.close()
    },
  },
  {
    name: 'Ticks',
    async act(stage) {
      const { page } = stage
      const chat = await enter(stage, 'Greta')
      const greta = await chat.join()
      await stage.prepare(sendBefore(stage, 'Where are you'))
      const messageId = messageIdOf(await greta.operation('list', 'beforeend'))
      for (const status of ['delivered', 'seen']) {
        await stage.hear(`The message of Ann is ${status}`, async () => {
          greta.say({ type: 'message:status', status, messageId })
          await hasStatus(page, status)
        })
      }
      await greta.close()
    },
  },
  {
    name: 'A tick of the focused message',
    async act(stage) {
      const { page } = stage
      const chat = await enter(stage, 'Gustav')
      await stage.prepare(sendBefore(stage, 'Where are you'))
      await amongMessages(stage, async () => {
        await stage.hear('At the messages, Ann presses Up', goTo(stage, 'Up', 'Where'))
        const messageId = await page.locator('#list article').getAttribute('data-message-id')
        // Not before: that he is online is said after ten seconds.
        const gustav = await chat.join()
        await stage.hear('Her message, where she is, is seen', async () => {
          gustav.say({ type: 'message:status', status: 'seen', messageId: messageId ?? '' })
          await hasStatus(page, 'seen')
        })
        await gustav.close()
      })
    },
  },
  {
    name: 'Another lifetime while Ann writes',
    async act(stage) {
      const { page, desktop } = stage
      const chat = await enter(stage, 'Gerda')
      await stage.prepare(() => desktop.type('This is'))
      await stage.hear('Gerda chooses that messages live for five minutes', async () => {
        await chat.other.post(`${chat.path}/lifetime`, { lifetimeMs: '300000' }, chat.path)
        await page.locator('#about').filter({ hasText: 'after 5 minutes' }).waitFor()
      })
    },
  },
  {
    name: 'Reading messages in browse mode',
    async act(stage) {
      const { page, desktop } = stage
      const chat = await enter(stage, 'Henry')
      await stage.prepare(receive(stage, chat, 'First'))
      await stage.prepare(sendBefore(stage, 'Second'))
      await stage.hear('Ann presses Shift+Tab', () => desktop.press('shift+Tab'))
      await stage.hear('Ann presses Shift+Tab', async () => {
        await desktop.press('shift+Tab')
        await isAt(page, '#messages')
      })
      await stage.hear('Ann presses L, which leads to the next list', () => desktop.press('l'))
      for (let count = 0; count < 4; count += 1) await stage.hear('Ann presses Down', () => desktop.press('Down'))
    },
  },
  {
    name: 'Going from message to message in focus mode',
    async act(stage) {
      const { page, desktop } = stage
      const chat = await enter(stage, 'Inge')
      await stage.prepare(receive(stage, chat, 'First'))
      await stage.prepare(sendBefore(stage, 'Second'))
      await stage.prepare(goToMessages(stage))
      await stage.hear('Ann presses Insert+A twice, for focus mode that stays', () =>
        desktop.press('Insert+a', 'Insert+a'),
      )
      await stage.hear('Ann presses Up', goTo(stage, 'Up', 'Second'))
      await stage.hear('Ann presses Up', goTo(stage, 'Up', 'First'))
      await stage.hear('Ann presses End', goTo(stage, 'End', 'Second'))
      await stage.hear('Ann presses Escape', async () => {
        await desktop.press('Escape')
        await isAt(page, '#content')
      })
      await stage.prepare(() => desktop.press('Insert+a'))
    },
  },
  {
    name: 'Reply',
    async act(stage) {
      const { page, desktop } = stage
      const chat = await enter(stage, 'Ida')
      await stage.prepare(receive(stage, chat, 'Shall we meet?'))
      await amongMessages(stage, async () => {
        await stage.prepare(goTo(stage, 'Up', 'Shall we meet?'))
        await stage.hear('At the message of Ida, Ann presses Enter for its options', async () => {
          await desktop.press('Return')
          await isAt(page, '[name=reply]')
        })
        await stage.hear('Ann presses Enter on "Reply"', async () => {
          await desktop.press('Return')
          await page.locator('#replying .quote').waitFor()
          await isAt(page, '#content')
        })
        await send(stage, 'Yes, at ten', 'it is sent', () => hasStatus(page, 'sent'))
        await stage.hear('Ida answers that message with "Good"', async () => {
          const replyTo = await page.locator('#list article').last().getAttribute('data-message-id')
          await chat.write('Good', { replyTo: replyTo ?? '' })
          await shows(page, 'Good')
        })
        await stage.prepare(goToMessages(stage))
        await stage.hear('At the messages, Ann presses Up', goTo(stage, 'Up', 'Good'))
      })
    },
  },
  {
    name: 'Unread messages',
    async act(stage) {
      const { page, desktop } = stage
      const chat = await stage.chatWith('Jonas')
      await stage.prepare(async () => {
        for (const text of ['While', 'you', 'were away']) await chat.write(text)
      })
      await stage.prepare(async () => {
        await page.goto(`${chat.faults.url}/chats`)
        await tabTo(stage, `[href="${chat.path}"]`)
      })
      await stage.hear('From her list of chats Ann comes into the chat, in which three messages are unread', () =>
        stage.open(chat, ''),
      )
      await stage.prepare(goToMessages(stage))
      await stage.hear('At the messages, Ann presses L, which leads to the next list', () => desktop.press('l'))
      for (let count = 0; count < 2; count += 1) await stage.hear('Ann presses Down', () => desktop.press('Down'))
    },
  },
  {
    name: 'A picture with a description',
    async act(stage) {
      const { page } = stage
      const chat = await enter(stage, 'Karin')
      await stage.hear('Karin sends a picture, described as "A ferry at the quay"', async () => {
        await sendPicture(chat.other, chat.path, 'A ferry at the quay')
        await page.getByRole('article').waitFor()
      })
      await amongMessages(stage, () => stage.hear('At the messages, Ann presses Up', goTo(stage, 'Up')))
    },
  },
  {
    name: 'A picture without a description',
    async act(stage) {
      const { page } = stage
      const chat = await enter(stage, 'Lars')
      await stage.hear('Lars sends a picture without a description', async () => {
        await sendPicture(chat.other, chat.path, '')
        await page.getByRole('article').waitFor()
      })
      await amongMessages(stage, () => stage.hear('At the messages, Ann presses Up', goTo(stage, 'Up')))
    },
  },
  {
    name: 'Not sent',
    async act(stage) {
      const { page, desktop } = stage
      await enter(stage, 'Maria')
      await stage.hear('A text that is too long comes into the composer, by a script of this test', () =>
        page.locator('#content').fill('x'.repeat(5001)),
      )
      await stage.hear('Ann presses Enter', async () => {
        await desktop.press('Return')
        await page.locator('article[data-status=failed]').waitFor()
      })
    },
  },
  {
    name: 'Connection lost and back',
    async act(stage) {
      const { page } = stage
      const chat = await enter(stage, 'Nils')
      await stage.hear('The connection is lost', async () => {
        chat.faults.isDown = true
        chat.faults.cut()
        await page.locator('.offline').waitFor()
      })
      await send(stage, 'On my way', 'it cannot go out', () =>
        page.locator('#slow').filter({ hasText: 'Waiting' }).waitFor({ state: 'attached' }),
      )
      await stage.hear('The connection is back, and with it four messages that Nils has sent meanwhile', async () => {
        for (const text of ['one', 'two', 'three', 'four']) await chat.write(text)
        chat.faults.heal()
        await shows(page, 'four')
      })
    },
  },
  {
    name: 'A message that vanishes',
    async act(stage) {
      const { page } = stage
      const chat = await enter(stage, 'Olga', shortLifeMs)
      await stage.prepare(receive(stage, chat, 'Not for long'))
      await stage.hear('The message of Olga vanishes', () => page.getByRole('article').waitFor({ state: 'detached' }))
    },
  },
  {
    name: 'A warning before messages vanish',
    async act(stage) {
      const { page } = stage
      const chat = await enter(stage, 'Paul', warnedLifeMs)
      await stage.prepare(receive(stage, chat, 'To be kept'))
      await stage.hear('Half of the life of the message of Paul is over', () =>
        page.locator('#warning button').first().waitFor(),
      )
    },
  },
  {
    name: 'The focused message vanishes',
    async act(stage) {
      const { page } = stage
      const chat = await enter(stage, 'Rosa', shortLifeMs)
      await amongMessages(stage, async () => {
        await chat.write('Goes first')
        await page.waitForTimeout(shortLifeMs / 2)
        await chat.write('Goes second')
        await shows(page, 'Goes second')
        await stage.prepare(goTo(stage, 'Home', 'Goes first'))
        await stage.hear('The message at which Ann is vanishes', () =>
          page.waitForFunction(() => document.activeElement?.textContent?.includes('Goes second')),
        )
        await stage.hear('The last message vanishes, at which Ann is now', () => isAt(page, '#messages'))
      })
    },
  },
  {
    name: 'The dialog that asks whether to end a chat',
    async act(stage) {
      const { page, desktop } = stage
      await enter(stage, 'Stefan')
      await stage.prepare(async () => {
        await desktop.press('shift+Tab', 'shift+Tab', 'shift+Tab')
        await isAt(page, '.menu-button')
        await desktop.press('Return')
        await tabTo(stage, '[data-end] button')
      })
      await stage.hear('Ann presses Enter on "End chat"', async () => {
        await desktop.press('Return')
        await page.locator('#end[open]').waitFor()
      })
      await stage.hear('Ann presses Shift+Tab', () => desktop.press('shift+Tab'))
      // What is said as the page comes back from behind the dialog hangs on which part of it is first.
      await stage.prepare(() => desktop.press('Escape'))
    },
  },
  {
    name: 'A chat that the other ends',
    async act(stage) {
      const { page } = stage
      const chat = await enter(stage, 'Tina')
      await stage.hear('Tina ends the chat', async () => {
        await chat.other.post(`${chat.path}/end`, {}, chat.path)
        await isAt(page, '#gone')
      })
    },
  },
  {
    name: 'An error in a form',
    async act(stage) {
      const { page, desktop } = stage
      await stage.prepare(() => stage.visit('/login'))
      await stage.prepare(async () => {
        await desktop.type('alice@example.com')
        await desktop.press('Tab')
        await desktop.type('not the password')
      })
      await stage.hear('Ann has written a wrong password, and presses Enter', async () => {
        await desktop.press('Return')
        await page.locator('#errors').waitFor()
      })
      await stage.hear('Ann presses Tab', () => desktop.press('Tab'))
      await stage.hear('Ann presses Enter on the link', async () => {
        await desktop.press('Return')
        await isAt(page, '[name=email]')
      })
    },
  },
  {
    name: waysToSpeak,
    async act(stage) {
      await stage.prepare(() => stage.page.goto(liveRegionAddress))
      for (const { name, change } of liveRegionCases) {
        await stage.hear(`Into an empty page comes ${name}`, () => stage.page.evaluate(change, name))
      }
    },
  },
]
