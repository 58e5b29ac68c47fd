import { expect, send, test } from './fixtures.js'
import { focusOf, message, miss, see, textsOf } from './targets.js'

test.use({ serverEnv: { MESSAGE_TTL_MS: '4000' } })

test('a message goes from both screens on time, and hands the focus on', async ({ meet }) => {
  const { ann, ben } = await meet()
  for (const { tab } of [ann, ben]) {
    await tab.read(() => {
      const times: { shownAt?: number; goneAt?: number } = {}
      Object.assign(window, { times })
      new MutationObserver(() => {
        const isShown = document.querySelector('#list article') !== null
        if (isShown) times.shownAt ??= Date.now()
        else times.goneAt ??= Date.now()
      }).observe(document.querySelector('#list') ?? document, { childList: true, subtree: true })
    })
  }
  await send(ben.tab, 'not for long')
  await see(ann.tab, message('not for long'))
  await ann.tab.read(() => document.querySelector<HTMLElement>('#list article')?.focus())
  for (const { tab } of [ann, ben]) {
    await miss(tab, { css: '#list article' })
    const lived = await tab.read(() => {
      const { shownAt, goneAt } = Reflect.get(window, 'times')
      return goneAt - shownAt
    })
    expect(lived).toBeGreaterThan(3000)
    expect(lived).toBeLessThan(4250)
    expect(await tab.read(() => document.body.textContent?.includes('not for long'))).toBe(false)
  }
  expect(await focusOf(ann.tab)).toBe('messages')
  expect(await textsOf(ann.tab, { css: '.chat-item' })).toEqual([expect.stringContaining('No messages')])
})
