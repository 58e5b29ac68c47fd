import { expect, test } from '../support/browser/fixtures.js'
import { RawChromium } from '../support/browser/raw-chromium.js'
import { newPair } from '../support/crowd.js'
import type { HttpClient } from '../support/http-client.js'
import { LivePage, messageIdOf, tickIn } from '../support/live-page.js'

/** The next status that the sender's page shows of a message. */
async function nextStatus(sender: LivePage, id: string): Promise<string> {
  const tick = await sender.operation(`s-${id}`)
  sender.forget()
  return tickIn(tick)
}

async function sendBy(sender: LivePage, content: string): Promise<string> {
  sender.say({ type: 'message:send', content, nonce: `n-${Math.random().toString(36).slice(2)}` })
  return messageIdOf(await sender.operation('list', 'beforeend'))
}

const cookiesOf = (client: HttpClient) => [...client.cookies]

test('a message in a hidden tab is delivered, and seen only once the tab is in front', async ({ base, origin }) => {
  const { ann, ben, chat } = await newPair(origin)
  const sender = await LivePage.open(origin, ann, chat)
  const chromium = await RawChromium.start()
  try {
    await chromium.setCookies(base, cookiesOf(ben))
    const tab = await chromium.open(new URL(chat, base).href)
    await sender.operation('presence')
    const first = await sendBy(sender, 'while you look')
    const statuses = [await nextStatus(sender, first)]
    if (statuses[0] === 'delivered') statuses.push(await nextStatus(sender, first))
    expect(statuses.at(-1)).toBe('seen')

    const front = await chromium.open('about:blank#front')
    await tab.waitFor(`document.visibilityState === 'hidden'`)
    const second = await sendBy(sender, 'while you look elsewhere')
    expect(await nextStatus(sender, second)).toBe('delivered')
    const third = await sendBy(sender, 'and once more')
    // If the second had been seen, this list item would show it by now.
    expect(await nextStatus(sender, third)).toBe('delivered')
    await sender.fence()
    expect(sender.seen.flatMap(({ operations }) => operations).filter(({ html }) => /status seen"/.test(html))).toEqual(
      [],
    )

    await tab.bringToFront()
    expect(await nextStatus(sender, third)).toBe('seen')
    await front.bringToFront()
  } finally {
    await chromium.stop()
    await sender.close()
  }
})
