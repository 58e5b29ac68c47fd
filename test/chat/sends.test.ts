import { expect, it, onTestFinished } from 'vitest'
import { createMemoryEngine } from '#src/engines/memory/engine.js'
import { roomsOn } from '../support/engine/rooms-on.js'
import { generous } from '../support/engine/world.js'
import { FakeClock } from '../support/fake-clock.js'

it.each(['x'.repeat(5001), '\u0000', ' '])(
  'one send too many is refused before its text is looked at',
  async content => {
    const engine = createMemoryEngine({ ...generous, clock: new FakeClock() })
    onTestFinished(() => engine.stop())
    const room = await engine.openRoom('ann', 'ben')
    const refused = roomsOn(engine, { countSend: () => 500 }).send(room.id, 'ann', { content, nonce: 'n' })
    await expect(refused).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 500 })
  },
)
