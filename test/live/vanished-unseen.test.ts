import { describe, expect, it } from 'vitest'
import { SessionStage, settled } from '../support/live/session-stage.js'

const lifetimeMs = 600_000
const nothingKept = { sendsReceipts: true, sendsTyping: true, blocked: [] }
const counted = 'vanished before name-of-ben saw'

type Before = (stage: SessionStage, roomId: string) => Promise<unknown>

/** All that a page and two programs of ann's get while a message of hers vanishes unseen, without what is random in it. */
async function hearsOf(before: Before, after: Before = async () => {}) {
  const stage = SessionStage.start()
  const { id, epoch } = await stage.openRoom()
  await before(stage, id)
  const page = await stage.openPage('ann', id)
  const program = await stage.openProgram('ann')
  const { message } = await stage.send(id, 'ann', 'never seen')
  await after(stage, id)
  await settled()
  await stage.clock.advance(lifetimeMs)
  await settled()
  const late = await stage.openProgram('ann')
  await late.session.handle({ type: 'room:join', roomId: id, ref: 1 })
  await settled()
  const written = [page, program, late].map(({ transport }) => transport.text)
  return written.map(text =>
    text
      .replaceAll(id, 'ROOM')
      .replaceAll(epoch, 'EPOCH')
      .replaceAll(message.id, 'MESSAGE')
      .replace(/(EPOCH\.\d+)\.[\w-]+/g, '$1.DIGEST'),
  )
}

describe('a message that vanishes unseen', () => {
  it('is counted for its sender, on the page, in the event and after a later join', async () => {
    const [page, program, late] = await hearsOf(async () => {})
    expect(page).toContain(counted)
    for (const frames of [program, late]) {
      expect(frames).toContain('{"type":"messages:vanished","roomId":"ROOM","byUserId":"ann","count":1}')
    }
  })

  it('tells a blocked sender in every byte what it tells one whose reader is away', async () => {
    const blocked = await hearsOf(stage => stage.engine.setPrivacy('ben', { ...nothingKept, blocked: ['ann'] }, 0))
    expect(blocked).toEqual(await hearsOf(async () => {}))
  })

  it('is counted for no sender whose reader sends no receipts then', async () => {
    const told = await hearsOf(stage => stage.engine.setPrivacy('ben', { ...nothingKept, sendsReceipts: false }, 0))
    expect(told.join('\n')).not.toMatch(/messages:vanished|vanished before/)
  })

  it('is counted for nobody if it was deleted', async () => {
    const told = await hearsOf(
      async () => {},
      async ({ engine }, id) => {
        const { messages } = await engine.readRoom(id, 'ann')
        for (const message of messages) await engine.removeMessage(id, 'ann', message.id)
      },
    )
    expect(told.join('\n')).not.toMatch(/messages:vanished|vanished before/)
  })
})
