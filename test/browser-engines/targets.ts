import { expect } from '@playwright/test'
import type { Tab } from './tab.js'

/** Something on a page, as a person finds it. */
export interface Target {
  readonly css: string
  /** Its name for assistive technology, as a whole. */
  readonly name?: string
  /** What its name begins with. */
  readonly begins?: string
  /** What stands in it. */
  readonly holds?: string
}

export const button = (name: string): Target => ({ css: 'button, summary', name })
export const link = (begins: string): Target => ({ css: 'a[href]', begins })
export const field = (name: string): Target => ({ css: 'input, textarea, select', name })
/** The heading that tells a page from others. Beside a chat there is the heading of the chats too, of another level. */
export const heading = (name: string): Target => ({ css: 'h1', name })
export const message = (text: string): Target => ({ css: '#list article', holds: text })
export const text = (holds: string, css = 'main *'): Target => ({ css, holds })
/** The field that messages are written in. */
export const composer: Target = { css: '#content' }
/** What stands in it. Runs in the page. */
export const readDraft = () => document.querySelector<HTMLTextAreaElement>('#content')?.value

/** What a page shows of a target. */
interface Look {
  /** The texts of all that is shown, one after the other. */
  readonly texts: readonly string[]
  /** Where the first can be clicked; if it cannot, why. */
  readonly point: { readonly x: number; readonly y: number } | string
}

/** Runs in the page. */
function lookFor(given: string): Look {
  const target: Target = JSON.parse(given)
  const wordsOf = (element: Element | null | undefined) => (element?.textContent ?? '').replace(/\s+/g, ' ').trim()
  /** Without what is for the eye alone. */
  const heardOf = (element: Element) => {
    const copy = element.cloneNode(true)
    if (!(copy instanceof Element)) return ''
    for (const silent of copy.querySelectorAll('[aria-hidden="true"]')) silent.remove()
    return wordsOf(copy)
  }
  const nameOf = (element: Element): string => {
    const ids = element.getAttribute('aria-labelledby')?.split(' ') ?? []
    if (ids.length > 0) return ids.map(id => wordsOf(document.getElementById(id))).join(' ')
    const label = element.getAttribute('aria-label') ?? element.getAttribute('alt')
    if (label) return label
    const isField = element instanceof HTMLInputElement || element instanceof HTMLSelectElement
    return isField || element instanceof HTMLTextAreaElement ? wordsOf(element.labels?.[0]) : heardOf(element)
  }
  const found = [...document.querySelectorAll(target.css)].filter(
    element =>
      element.checkVisibility({ visibilityProperty: true }) &&
      (target.name === undefined || nameOf(element) === target.name) &&
      (target.begins === undefined || nameOf(element).startsWith(target.begins)) &&
      (target.holds === undefined || wordsOf(element).includes(target.holds)),
  )
  const [first] = found
  const texts = found.map(wordsOf)
  if (!first) return { texts, point: 'it is not shown' }
  const isInView = ({ top, bottom }: DOMRect) => top >= 0 && bottom <= innerHeight
  if (!isInView(first.getBoundingClientRect())) first.scrollIntoView({ block: 'center' })
  // A link may be broken over lines, with nothing of it in the middle of its box.
  const [box = first.getBoundingClientRect()] = first.getClientRects()
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
  const hit = document.elementFromPoint(x, y)
  if (hit && (first.contains(hit) || hit.contains(first))) return { texts, point: { x, y } }
  return { texts, point: `in front of it is ${hit?.outerHTML.slice(0, 100) ?? 'nothing'} at ${x}, ${y}` }
}

const toJson = (target: Target) => JSON.stringify(target)
/** A page that is being left cannot be read; the next may be. */
const explain = (error: unknown) => String(error)

/** What a page shows of a target now; if it cannot be read, why. */
const look = (tab: Tab, target: Target): Promise<Look | string> => tab.read(lookFor, toJson(target)).catch(explain)
const often = { intervals: [50, 100] }

/** Waits until a page shows something, a number of times if one is given. */
export async function see(tab: Tab, target: Target, count?: number): Promise<void> {
  const isShown = async () => {
    const seen = await look(tab, target)
    if (typeof seen === 'string') return seen
    const { texts } = seen
    return count === undefined ? texts.length > 0 : texts.length
  }
  await expect.poll(isShown, { ...often, message: `shown: ${toJson(target)}` }).toBe(count ?? true)
}

/** Waits until a page does not show something. */
export async function seeNone(tab: Tab, target: Target): Promise<void> {
  const texts = async () => {
    const seen = await look(tab, target)
    return typeof seen === 'string' ? seen : seen.texts
  }
  await expect.poll(texts, { ...often, message: `not shown: ${toJson(target)}` }).toEqual([])
}

/** The texts of all that a page shows of a target. */
export const textsOf = async (tab: Tab, target: Target): Promise<readonly string[]> =>
  (await tab.read(lookFor, toJson(target))).texts

/** Clicks something once it is shown, stands still, and nothing is in front of it. */
export async function click(tab: Tab, target: Target): Promise<void> {
  let found = { x: Number.NaN, y: Number.NaN }
  const findPoint = async () => {
    const before = found
    const seen = await look(tab, target)
    if (typeof seen === 'string') return seen
    if (typeof seen.point === 'string') return seen.point
    found = seen.point
    return found.x === before.x && found.y === before.y ? 'found' : 'it moves'
  }
  await expect.poll(findPoint, { ...often, message: `can be clicked: ${toJson(target)}` }).toBe('found')
  await tab.clickAt(found.x, found.y)
}

/** Writes into a field, in the place of what stands there. */
export async function fill(tab: Tab, target: Target, words: string): Promise<void> {
  await click(tab, target)
  await tab.press('Control+a')
  await tab.press('Delete')
  await tab.type(words)
}

/** Chooses by keys what a list offers under a value. */
export async function chooseFromList(tab: Tab, label: string, value: string): Promise<void> {
  await click(tab, { css: 'label', holds: label })
  const place = await tab.read(value => {
    const list = document.activeElement
    if (!(list instanceof HTMLSelectElement)) throw new Error('The focus is on no list')
    return [...list.options].findIndex(option => option.value === value)
  }, value)
  await tab.press('Home')
  for (let at = 0; at < place; at += 1) await tab.press('ArrowDown')
  const chosen = () => (document.activeElement instanceof HTMLSelectElement ? document.activeElement.value : null)
  await expectRead(tab, chosen, value, `${value} is chosen`)
}

/** Waits until what a function reads in the page is this. */
export async function expectRead<Answer>(tab: Tab, read: () => Answer, wanted: Answer, what: string): Promise<void> {
  const answer = () => tab.read(read).catch(explain)
  await expect.poll(answer, { ...often, message: what }).toEqual(wanted)
}

/** Where the focus is: an id, a name or the kind of an element. */
export const focusOf = (tab: Tab): Promise<string> =>
  tab.read(() => {
    const { activeElement: active } = document
    if (!active) return 'nothing'
    return active.id || active.getAttribute('aria-label') || active.textContent?.trim().slice(0, 60) || active.nodeName
  })
