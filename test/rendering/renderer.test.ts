import { expect, it } from 'vitest'
import { renderPartial, viewContext } from '#src/rendering/renderer.js'

const context = viewContext({ language: 'en', zone: 'UTC' })
const refused = { nonce: 'n', imageId: '', status: 'failed', reason: '', retryAfterMs: 0, isRefused: true }

it('renders no line break of a template, and every space of a text', () => {
  const html = renderPartial('pending', context, { ...refused, text: '  two\n\n  lines ' })
  expect(html).toContain('<div class="text" dir="auto">  two\n\n  lines </div><p class="meta">')
  expect(renderPartial('pending', context, { ...refused, text: '' })).not.toMatch(/\n|> {2}|\s>/)
})

it('keeps one space before an attribute that begins a line', () => {
  const html = renderPartial('pending', context, { ...refused, text: '' })
  expect(html).toContain(`<form hx-ws:send hx-trigger="outbox:send" hx-vals='{"type":"message:send"}'><input `)
  const link = { roomId: 'r', seq: 9, isFramed: true }
  expect(renderPartial('earlier', context, link)).toMatch(
    /^<a href="[^"]+" hx-get="[^"]+" hx-swap="none" hx-sync="this:drop" target="_top">/,
  )
  expect(renderPartial('earlier', context, { ...link, seq: null, isFramed: false })).toMatch(
    /^<a hidden hx-swap="none" hx-sync="this:drop">/,
  )
})
