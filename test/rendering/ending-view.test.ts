import { describe, expect, it } from 'vitest'
import type { DissolveReason } from '#src/chat/engine.js'
import { renderEnding, sayEnding } from '#src/rendering/ending-view.js'
import { viewContext } from '#src/rendering/renderer.js'
import { noon, wordsIn } from '../support/live/events.js'

const ann = { userId: 'ann', language: 'en', zone: 'UTC' } as const
const context = viewContext(ann)

describe('a chat that ended', () => {
  it.each<[DissolveReason | null, string | null, string, string]>([
    ['ended', 'ann', 'Ben', 'You ended this chat. Its messages are erased.'],
    ['ended', 'ben', 'Ben', 'Ben ended this chat. Its messages are erased.'],
    ['ended', 'ben', '', "This chat is gone, because the other person's account was deleted."],
    ['account_deleted', 'ben', '', "This chat is gone, because the other person's account was deleted."],
    [null, null, 'Ben', 'This chat is gone and its messages are erased.'],
  ])('because of %s by %s, the other being called %j, says so on its page', (reason, byId, name, sentence) => {
    expect(sayEnding({ reason, byId }, ann, name, context.t)).toBe(sentence)
  })

  it('is a row in the list, whose link is named by the reason', () => {
    const ending = { roomId: 'r1', otherId: 'ben', reason: 'ended', byId: 'ben', expiresAt: noon } as const
    const html = renderEnding(ending, ann, context, 'Ben', noon + 1)
    expect([wordsIn(html), /<a[^>]*>([^<]*)</.exec(html)?.[1]]).toEqual(['B Ben Ended by Ben', 'Ended by Ben'])
    expect(html).toContain('data-remaining="0"')
  })
})
