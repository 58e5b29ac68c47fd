import sharp from 'sharp'
import { languages, traitsOf } from '#src/languages.js'
import { translator } from '#src/rendering/sentences.js'
import { contrastOf } from '../support/contrast.js'
import { connected, expect, send, test } from './fixtures.js'
import { button, chooseFromList, click, expectRead, message, see, text } from './targets.js'

for (const language of languages) {
  const { direction } = traitsOf(language)
  test(`the pages in ${language} are read ${direction}, and so is what is pushed`, async ({ meet }) => {
    const t = translator(language)
    const { ann, ben, path } = await meet()
    await ann.tab.open('/settings')
    await chooseFromList(ann.tab, 'Language', language)
    await click(ann.tab, { css: 'form.panel button.main, form.panel [type=submit]' })
    await see(ann.tab, text(t('settings.saved')))
    await ann.tab.open(path)
    await connected(ann.tab)
    expect(await ann.tab.read(() => [document.documentElement.lang, document.documentElement.dir])).toEqual([
      language,
      direction,
    ])
    await send(ben.tab, 'hello there')
    await see(ann.tab, message('hello there'))
    await send(ann.tab, 'answer')
    await see(ann.tab, { css: '#list article[data-status=seen]', holds: t('status.seen') })
    const isAtEnd = await ann.tab.read(() => {
      const list = document.querySelector('#list')?.getBoundingClientRect()
      const mine = document.querySelector('#list .mine article')?.getBoundingClientRect()
      if (!list || !mine) throw new Error('Nothing is shown')
      const isRight = mine.left + mine.width / 2 > list.left + list.width / 2
      return isRight === (document.documentElement.dir === 'ltr')
    })
    expect(isAtEnd).toBe(true)
  })
}

test('a theme is chosen, and holds on every page', async ({ meet }) => {
  const { ann, path } = await meet()
  await ann.tab.open('/settings')
  await click(ann.tab, { css: 'label', holds: 'High contrast' })
  await click(ann.tab, button('Save settings'))
  await see(ann.tab, text('Settings saved'))
  for (const page of ['/settings', '/chats', path]) {
    await ann.tab.open(page)
    expect(await ann.tab.read(() => document.documentElement.dataset.theme)).toBe('contrast')
  }
})

/** Themes, with the `color-scheme` that they have on a dark or on a light system. */
const looks = [
  { theme: 'dark', system: 'light', scheme: 'dark' },
  { theme: 'light', system: 'dark', scheme: 'light' },
  { theme: 'contrast', system: 'dark', scheme: 'dark' },
  { theme: 'contrast', system: 'light', scheme: 'light' },
]
for (const { theme, system, scheme } of looks) {
  test(`what is not chosen can be told from its ground in the ${theme} theme on a ${system} system`, async ({
    meet,
  }) => {
    const { ann } = await meet()
    for (const [page, kind] of [
      ['/settings', 'radio'],
      ['/settings/accessibility', 'checkbox'],
    ] as const) {
      await ann.tab.open(page)
      await expectRead(ann.tab, () => document.readyState, 'complete', 'the page is there')
      await ann.tab.read(showAs, JSON.stringify({ theme, system }))
      expect(await ann.tab.read(() => getComputedStyle(document.documentElement).colorScheme)).toBe(scheme)
      const box = await ann.tab.read(kind => {
        const input = [...document.querySelectorAll<HTMLInputElement>(`.option [type=${kind}]`)].at(-1)
        if (!input) throw new Error('Nothing can be chosen')
        input.checked = false
        input.scrollIntoView({ block: 'center' })
        const { left, top, width, height } = input.getBoundingClientRect()
        return { left, top, width, height }
      }, kind)
      // The edge, all around.
      const region = {
        left: Math.floor(box.left) - 2,
        top: Math.floor(box.top) - 2,
        width: Math.ceil(box.width) + 4,
        height: Math.ceil(box.height) + 4,
      }
      expect([page, await edgeContrast(await ann.tab.shoot(), region)]).toEqual([page, true])
    }
  })
}

/**
 * Shows a page in a theme as on a dark or a light system, which not every browser can be given: the rules of the page for a light
 * one apply always or never. Runs in the page.
 */
function showAs(given: string): void {
  const { theme, system } = JSON.parse(given)
  document.documentElement.dataset.theme = theme
  const turn = (rules: CSSRuleList) => {
    for (const rule of rules) {
      if (rule instanceof CSSMediaRule && rule.conditionText === '(prefers-color-scheme: light)')
        rule.media.mediaText = system === 'light' ? 'all' : 'not all'
      else if (rule instanceof CSSGroupingRule) turn(rule.cssRules)
    }
  }
  for (const sheet of document.styleSheets) turn(sheet.cssRules)
}

/** Whether the strongest line of a control stands out from the ground at its corner. Source: WCAG 2.2, 1.4.11. */
async function edgeContrast(
  png: Buffer,
  region: { left: number; top: number; width: number; height: number },
): Promise<boolean> {
  const { data, info } = await sharp(png).extract(region).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const colourAt = (x: number, y: number) => {
    const at = (y * info.width + x) * info.channels
    return `#${data.subarray(at, at + 3).toString('hex')}`
  }
  const ground = colourAt(0, 0)
  const middle = Math.floor(info.height / 2)
  const across = Array.from({ length: Math.floor(info.width / 2) }, (_, x) => contrastOf(colourAt(x, middle), ground))
  return Math.max(...across) >= 3
}
