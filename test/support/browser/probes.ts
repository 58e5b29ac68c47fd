import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect } from './fixtures.js'
import { findOverflow } from './overflow.js'

/** The rules of axe that are to run beside those that it runs by itself. */
const rulesBeside = ['color-contrast-enhanced', 'target-size', 'label-content-name-mismatch']

/** The themes beside dark. */
const looks = [
  { colorScheme: 'light', theme: 'light' },
  { colorScheme: 'dark', theme: 'contrast' },
  { colorScheme: 'light', theme: 'contrast' },
] as const

const withoutMotion = { reducedMotion: 'reduce' } as const

/** @param onlyContrast runs that rule alone, by the axe that an earlier run has put into the page: loading it takes longest */
async function runAxe(page: Page, onlyContrast: boolean): Promise<string[]> {
  const rules = onlyContrast
    ? { runOnly: ['color-contrast-enhanced'] }
    : { rules: Object.fromEntries(rulesBeside.map(rule => [rule, { enabled: true }])) }
  // Legacy mode cannot look into iframes of other sites, which we have none of. The other mode opens a tab for every run.
  // An empty script stands for axe itself.
  const axeSource = onlyContrast ? 'void 0' : ''
  const builder = new AxeBuilder({ page, axeSource })
    .setLegacyMode(true)
    .options({ ...rules, resultTypes: ['violations'] })
  const { violations } = await builder.analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  )
}

/** What axe finds: by every rule in dark, including AAA contrast, target sizes and labels in names, and by AAA contrast in every theme. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'dark', ...withoutMotion })
  const found = await runAxe(page, false)
  const theme = await page.evaluate(() => document.documentElement.dataset.theme)
  for (const look of looks) {
    await page.emulateMedia({ colorScheme: look.colorScheme, ...withoutMotion })
    await page.evaluate(each => document.documentElement.setAttribute('data-theme', each), look.theme)
    found.push(...(await runAxe(page, true)).map(each => `${look.theme} on ${look.colorScheme}: ${each}`))
  }
  await page.evaluate(before => {
    if (before) document.documentElement.dataset.theme = before
    else delete document.documentElement.dataset.theme
  }, theme)
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: null })
  return found
}

/** What overflows a window 320 px wide. */
export async function tooWide(page: Page, textSize?: string): Promise<string[]> {
  const size = page.viewportSize()
  await page.setViewportSize({ width: 320, height: 640 })
  const found = await page.evaluate(findOverflow, textSize)
  if (size) await page.setViewportSize(size)
  return found
}

/** What is cut off with the text spacing of WCAG 1.4.12. */
export function cutBySpacing(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(
      '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }',
    )
    document.adoptedStyleSheets = [sheet]
    const cut = [...document.querySelectorAll('button, a, label, h1, h2, legend, .text, .meta, .hint, .about')]
      .filter(element => element instanceof HTMLElement && element.checkVisibility())
      .filter(element => !element.closest('.ear, .skip') && !element.querySelector('.ear'))
      // Elements clipped to nothing are for screen readers only.
      .filter(element => getComputedStyle(element).overflow !== 'visible' && element.clientWidth > 1)
      .filter(each => each.scrollHeight > each.clientHeight + 1 || each.scrollWidth > each.clientWidth + 1)
      .map(element => element.outerHTML.slice(0, 120))
    document.adoptedStyleSheets = []
    return cut
  })
}

/** A stop of the Tab key: the element's name, what covers it, and whether an outline shows that it has the focus. */
interface Stop {
  readonly name: string
  readonly coveredBy: string
  readonly hasRing: boolean
}

const mostStops = 80

/** Tabs through a whole page, and probes at each stop whether the focused element is covered. */
export async function tabThrough(page: Page): Promise<readonly Stop[]> {
  const stops: Stop[] = []
  await page.evaluate(() => {
    const start = document.createElement('span')
    start.tabIndex = -1
    document.body.prepend(start)
    start.focus()
    start.remove()
  })
  for (let count = 0; count < mostStops; count += 1) {
    await page.keyboard.press('Tab')
    const stop = await page.evaluate(async at => {
      const active = document.activeElement
      if (!(active instanceof HTMLElement) || active === document.body) return null
      const { probed } = active.dataset
      // After the last stop comes the first; any other that comes again has the keyboard caught (WCAG 2.1.2).
      if (probed) return probed === '0' ? null : `Tab comes back to ${active.outerHTML.slice(0, 80)}`
      // A row that scrolls sideways brings what has the focus into view with the next frame.
      for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame)
      active.dataset.probed = String(at)
      const box = active.getBoundingClientRect()
      const [left, right] = [Math.max(box.left, 0) + 2, Math.min(box.right, innerWidth) - 2]
      const [top, bottom] = [Math.max(box.top, 0) + 2, Math.min(box.bottom, innerHeight) - 2]
      const points = [0.1, 0.5, 0.9].flatMap(x =>
        [0.1, 0.5, 0.9].map(y => [left + (right - left) * x, top + (bottom - top) * y] as const),
      )
      const hits = points.map(([x, y]) => document.elementFromPoint(x, y))
      const covers = hits.filter(hit => !(hit && (active.contains(hit) || hit.contains(active))))
      const name = active.getAttribute('aria-label') || active.textContent?.trim() || active.id || active.nodeName
      const { outlineStyle, outlineWidth } = getComputedStyle(active)
      const isSmall = box.width < 2 || box.height < 2
      // All of it must be visible (WCAG 2.4.12), not only a part (2.4.11).
      return {
        name: name.slice(0, 60),
        hasRing: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
        coveredBy: isSmall ? 'it has no size' : covers.map(hit => hit?.outerHTML.slice(0, 80) ?? 'nothing').join(' '),
      }
    }, count)
    if (!stop) return stops
    if (typeof stop === 'string') throw new Error(stop)
    stops.push(stop)
  }
  throw new Error(`Tab does not come to an end after ${mostStops} stops`)
}

/** Fails with what axe finds, what overflows at 320 px, also with larger text, and what text spacing cuts off. */
export async function expectUsable(page: Page, name: string): Promise<void> {
  expect.soft([name, await violationsOf(page)]).toEqual([name, []])
  expect.soft([name, 'at 320 px', await tooWide(page)]).toEqual([name, 'at 320 px', []])
  expect.soft([name, 'larger', await tooWide(page, '150%')]).toEqual([name, 'larger', []])
  expect.soft([name, 'spacing', await cutBySpacing(page)]).toEqual([name, 'spacing', []])
}
