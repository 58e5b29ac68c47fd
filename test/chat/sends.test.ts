import { expect, it, onTestFinished } from 'vitest'
import { Conversations } from '#src/chat/conversations.js'
import { ChatError } from '#src/chat/errors.js'
import { readConfig } from '#src/config.js'
import { createMemoryEngine } from '#src/engines/memory/engine.js'
import { generous } from '../support/engine/world.js'
import { FakeClock } from '../support/fake-clock.js'

it.each(['x'.repeat(5001), '\u0000', ' '])(
  'one send too many is refused before its text is looked at',
  async content => {
    const engine = createMemoryEngine({ ...generous, clock: new FakeClock() })
    onTestFinished(() => engine.stop())
    const room = await engine.openRoom('ann', 'ben')
    const conversations = new Conversations(engine, readConfig({}), {
      countSend: () => 500,
      countReaching: () => 0,
      claimImage: () => Promise.reject(new ChatError('image_not_found')),
      personExists: async () => true,
    })
    const refused = conversations.send(room.id, 'ann', { content, nonce: 'n' })
    await expect(refused).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 500 })
  },
)
