import { describe, expect, it } from 'vitest'
import { ChatError } from '#src/chat/errors.js'
import { refusalFragment } from '#src/live/html/refusal-fragment.js'
import { viewContext } from '#src/rendering/renderer.js'
import { swapsIn } from '../../support/live/events.js'

const context = viewContext({ language: 'en', zone: null })
const draft = { nonce: 'n1', content: 'a & b', imageId: 'i1' }

const render = (error: ChatError, sent: Parameters<typeof refusalFragment>[0] = draft) =>
  refusalFragment(sent, error, context, 500)

describe('a bubble that was refused', () => {
  it('comes back in its place with its text and picture', () => {
    const html = render(new ChatError('room_full'))
    expect(swapsIn(html).map(([swap]) => swap)).toEqual(['p-n1 outerHTML'])
    expect(html).toContain('id="p-n1"')
    expect(html).toContain('<span class="text">a &amp; b</span>')
    expect(html).toContain('name="content" value="a &amp; b"')
    expect(html).toContain('name="nonce" value="n1"')
    expect(html).toContain('name="imageId" value="i1"')
    expect(html).toContain('src="/images/i1/still"')
  })

  it('has no picture where there was none', () => {
    const html = render(new ChatError('room_full'), { nonce: 'n1', content: 'text' })
    expect(html).toContain('name="imageId" value=""')
    expect(html).not.toContain('src=')
  })

  it('waits for a limit to pass and goes again by itself, without a reason', () => {
    const html = render(new ChatError('rate_limited', 1234))
    expect(html).toContain('data-status="waiting"')
    expect(html).toContain('load delay:1234ms')
    expect(html).toContain('<span class="reason"></span>')
    expect(html).toContain('class="mine pending"')
  })

  it.each([
    [undefined, 50],
    [49, 50],
    [51, 51],
  ])('whose limit passes in %s ms goes again after %i ms', (retryAfterMs, delayMs) => {
    expect(render(new ChatError('rate_limited', retryAfterMs))).toContain(`load delay:${delayMs}ms`)
  })

  it('that may go later says why it did not, keeps its place, and waits for the person', () => {
    const html = render(new ChatError('room_full', 1234))
    expect(html).toContain('data-status="failed"')
    expect(html).toContain('<span class="reason">This chat is full. Try again when some messages have vanished.</span>')
    expect(html).toContain('class="mine pending"')
    expect(html).not.toContain('delay:')
  })

  it('that can never go says why, and gives its place up', () => {
    const html = render(new ChatError('message_too_long'))
    expect(html).toContain('data-status="failed"')
    expect(html).toContain('This message is too long. Use at most 500 characters.')
    expect(html).toContain('class="mine pending refused"')
    expect(html).not.toContain('delay:')
  })
})
