import { describe, expect, it } from 'vitest'
import { packBody, RoomNames } from '#src/engines/redis/message-lines.js'

/** A message as messages.lua packs it: of the first of the two unless told. */
function line(seq: number, { side = 1, isHeld = false, answers = 0, body = packBody(draft('hello')) } = {}): Buffer {
  const bytes = Buffer.from(body)
  const no = 0xc2
  const head = [seq, side, isHeld ? 0xc3 : no, 10, 70, 60, no, 0xc3, 0, 5, 5, answers, 0xa0, 0xa1, 0x78]
  return Buffer.concat([Buffer.of(...head, 0xda, bytes.length >> 8, bytes.length & 0xff), bytes])
}

const draft = (text: string) => ({ nonce: 'n', text, image: null })
const room = () => new RoomNames('room', 'begin', ['ann', 'bob'])

describe('the messages of a room, as scripts keep them', () => {
  it('have ids that say their place in the room', () => {
    expect([room().idOf(1), room().idOf(36)]).toEqual(['begin000001', 'begin000010'])
  })

  it('are read with what was written, whatever that is', () => {
    const [names, text] = [room(), 'half \ud83d and \u0000 世界']
    const image = { id: 'picture', width: 1, height: 2, alt: '"' }
    const seq = names.add(line(3, { side: 2, body: packBody({ ...draft(text), image }) }))
    expect(names.message(seq)).toEqual({
      ...{ id: 'begin000003', roomId: 'room', seq: 3, senderId: 'bob', nonce: 'n', text, image, replyTo: null },
      ...{ sentAt: 10, expiresAt: 70, lifetimeMs: 60, livesFrom: 'sent', hasBegun: true, keptTimes: 0 },
    })
  })

  it('quote what came with them, as far as the reader may know of it', () => {
    const names = room()
    names.addAll([
      line(1, { isHeld: true, body: packBody(draft('held')) }),
      line(2, { answers: 1 }),
      line(3, { answers: 9 }),
    ])
    expect(names.messageFor(1, 2).replyTo).toMatchObject({ seq: 1, excerpt: 'held' })
    expect(names.messageFor(2, 2).replyTo).toBeNull()
    expect([names.messageFor(1, 3).replyTo, names.message(2).replyTo]).toEqual([null, null])
  })

  it('are without words once they are gone', () => {
    const names = room()
    expect(names.message(names.add(line(1, { body: '' })))).toMatchObject({ text: '', nonce: '', image: null })
  })

  it('are missed loudly', () => {
    expect(() => room().message(4)).toThrow(RangeError)
  })
})
