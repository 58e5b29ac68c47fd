import { expect, it } from 'vitest'
import { segmentText } from '#src/rendering/text-segments.js'
import { linkTexts } from './links.js'

/** A text with its links marked as in the table. */
const marked = (text: string): string =>
  segmentText(text)
    .map(({ text, href, leadsTo }) => (href === null ? text : `⟦${text}⟧${leadsTo && `{${leadsTo}}`}`))
    .join('')

const unmarked = (text: string): string => text.replace(/⟧\{[^}]*\}/g, '⟧').replace(/[⟦⟧]/g, '')

const rows = Object.entries(linkTexts).flatMap(([kind, texts]) => texts.map(text => [kind, text] as const))

it.each(rows)('just the addresses are links, and say where they lead: %s, %j', (_kind, text) => {
  expect(marked(unmarked(text))).toBe(text)
  for (const { text: shown, href } of segmentText(unmarked(text))) {
    if (href === null) continue
    expect(href).toMatch(/^(https?:\/\/|mailto:)/)
    expect(href.toLowerCase().endsWith(shown.toLowerCase())).toBe(true)
    expect(shown).not.toMatch(/[\p{Cf}\p{Cc}\s]/u)
  }
})
