import { describe, expect, it } from 'vitest'
import type { Message } from '#src/chat/engine.js'
import { viewMessage } from '#src/rendering/message-view.js'
import { render, renderPartial, viewContext } from '#src/rendering/renderer.js'
import { FakeClock } from '../support/fake-clock.js'

const context = viewContext({ language: 'en', zone: 'UTC' })
const refused = { nonce: 'n', imageId: '', status: 'failed', reason: '', retryAfterMs: 0, isRefused: true }

describe('how things are said to a viewer', () => {
  it('is decided by their language and zone', () => {
    const arabic = viewContext({ language: 'ar', zone: 'Asia/Dubai' })
    expect([context.language, context.direction, context.t('chat.you')]).toEqual(['en', 'ltr', 'You'])
    expect([arabic.language, arabic.direction]).toEqual(['ar', 'rtl'])
    expect(arabic.t('chat.you')).not.toBe('You')
    expect([context, arabic].map(({ times }) => times.hour(Date.UTC(2030, 0, 15, 12)))).toEqual(['12:00', '16:00'])
  })
})

describe('a template', () => {
  const avatar = { tint: 3, initial: '<&"', isOnline: false }

  it('escapes what is put into it', () => {
    const html = renderPartial('avatar', context, avatar)
    expect(html).toContain('tint-3')
    expect(html).toContain('&lt;&amp;&quot;')
  })

  it('is the same as a page and as a part, but for the space around it', () => {
    const page = render('partials/avatar', context, avatar)
    expect(renderPartial('avatar', context, avatar)).toBe(page.trim())
    expect(renderPartial('avatar', context, avatar)).toMatch(/^<.*>$/s)
  })

  it('is given sentences, times and links', () => {
    const seen = { delivered: 5, seen: 5 }
    const message: Message = {
      ...{ id: 'm5', roomId: 'r1', seq: 5, senderId: 'ben', nonce: 'n5', text: 'see a.de', image: null },
      ...{
        sentAt: 0,
        expiresAt: 60_000,
        lifetimeMs: 60_000,
        keptTimes: 0,
        livesFrom: 'sent',
        hasBegun: true,
        replyTo: null,
      },
    }
    const frame = { userId: 'ann', otherName: 'Ben', mine: seen, theirs: seen, clock: new FakeClock(0) }
    const html = renderPartial('article', context, viewMessage(message, frame, context))
    expect(html).toMatch(/<a href="https:\/\/a\.de"[^>]*>a\.de<\/a>/)
    expect(html).toContain('aria-label="Ben"')
  })

  it('that is not there is a fault that names it, and no file is looked for', () => {
    expect(() => render('pages/nowhere', context, {})).toThrow(/There is no template .*nowhere/)
  })
})

it('renders no line break of a template, and every space of a text', () => {
  const html = renderPartial('pending', context, { ...refused, text: '  two\n\n  lines ' })
  expect(html).toContain(
    '<div class="said" dir="auto"><span class="text">  two\n\n  lines </span></div><p class="meta">',
  )
  expect(renderPartial('pending', context, { ...refused, text: '' })).not.toMatch(/\n|> {2}|\s>/)
})

it('keeps one space before an attribute that begins a line', () => {
  const html = renderPartial('pending', context, { ...refused, text: '' })
  expect(html).toContain(`<form hx-ws:send hx-trigger="outbox:send" hx-vals='{"type":"message:send"}'><input `)
  const link = { roomId: 'r', seq: 9, isEmbedded: true }
  expect(renderPartial('earlier', context, link)).toMatch(
    /^<a href="[^"]+" hx-get="[^"]+" hx-swap="none" hx-sync="this:drop" target="_top">/,
  )
  expect(renderPartial('earlier', context, { ...link, seq: null, isEmbedded: false })).toMatch(
    /^<a hidden hx-swap="none" hx-sync="this:drop">/,
  )
})
