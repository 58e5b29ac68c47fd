import { servers } from '../support/browser/fixtures.js'
import { expect, send, test } from './fixtures.js'
import { focusOf, message, see, seeNone, textsOf } from './targets.js'

test.use({ serverEnv: servers.ofShortLives })
const lifeMs = Number(servers.ofShortLives.MESSAGE_TTL_MS)

test('a message goes from both screens on time, and hands the focus on', async ({ meet }) => {
  const { ann, ben } = await meet()
  for (const { tab } of [ann, ben]) {
    await tab.read(() => {
      const times: { shownAt?: number; goneAt?: number } = {}
      Object.assign(window, { times })
      new MutationObserver(() => {
        if (document.querySelector('#list article')) times.shownAt ??= Date.now()
        else times.goneAt = Date.now()
      }).observe(document.querySelector('#list') ?? document, { childList: true, subtree: true })
    })
  }
  const begunAt = Date.now()
  await send(ben.tab, 'not for long')
  await see(ann.tab, message('not for long'))
  await ann.tab.read(() => document.querySelector<HTMLElement>('#list article')?.focus())
  for (const { tab } of [ann, ben]) {
    await seeNone(tab, { css: '#list article' })
    const { shownAt, goneAt } = await tab.read(() => Reflect.get(window, 'times'))
    expect(goneAt).toBeGreaterThanOrEqual(begunAt + lifeMs)
    expect(goneAt).toBeLessThan(shownAt + lifeMs + 250)
    expect(await tab.read(() => document.body.textContent?.includes('not for long'))).toBe(false)
  }
  expect(await focusOf(ann.tab)).toBe('messages')
  expect(await textsOf(ann.tab, { css: '.chat-item' })).toEqual([expect.stringContaining('No messages')])
})
