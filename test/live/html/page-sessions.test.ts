import pino from 'pino'
import { describe, expect, it } from 'vitest'
import type { Identity, TextSink } from '#src/live/client/subscriber.js'
import { greetingOf, PageSessions } from '#src/live/html/page-sessions.js'
import { Connection } from '#src/live/transport/connection.js'
import { WriteTurns } from '#src/live/transport/write-turns.js'
import { roomsOn } from '../../support/engine/rooms-on.js'
import { swapsIn } from '../../support/live/events.js'
import { pageOn } from '../../support/live/page-on.js'
import { SessionStage, settled } from '../../support/live/session-stage.js'
import { noTurns } from '../../support/no-turns.js'

const identity: Identity = {
  ...{ userId: 'ann', sessionId: 'session', zone: 'UTC', language: 'en', announced: [] },
  endsAt: Number.POSITIVE_INFINITY,
  readEnd: async () => Number.POSITIVE_INFINITY,
}

const greeting = (query: string) => greetingOf(new URLSearchParams(query))

describe('a page’s greeting', () => {
  it('says what it shows, and whether it was connected before', () => {
    const { shown, again } = greeting('state=s1.e.7.d.de.3-9~&again')
    expect(shown).toMatchObject({ server: 's1', epoch: 'e', version: 7, language: 'de', window: { from: 3, to: 9 } })
    expect(again).toBe(true)
  })

  it('says which page it is; the list of chats unless there is such a page', () => {
    const names = ['page=privacy', 'page=toString', 'page=', ''].map(query => greeting(query).name)
    expect(names).toEqual(['privacy', 'chats', 'chats', 'chats'])
  })

  it('may say nothing', () => {
    const { shown, again } = greeting('')
    expect([shown.version, shown.epoch, again]).toEqual([-1, null, false])
  })
})

describe('the client session of a page', () => {
  async function open(query: string) {
    const stage = SessionStage.start()
    const { id: roomId } = await stage.openRoom()
    const written: string[] = []
    const transport: TextSink = {
      ...{ isBusy: false, taken: async () => {}, close: () => {}, cutIfStalled: () => {} },
      write: text => void written.push(text),
      catchUp: text => void written.push(text),
    }
    const log = pino({ level: 'silent' })
    const { rooms, clock } = stage
    const deps = { ...pageOn().deps, rooms }
    const pages = new PageSessions(deps, {
      ...{ rooms: roomsOn(stage.engine), hub: stage.hub, log, messageMaxLength: 100 },
      writeTurns: new WriteTurns(),
      answerTurns: noTurns,
      onRefused: () => {},
      admit: async () => {},
    })
    const connection = new Connection(transport, identity, clock, log)
    const { session, start } = pages.open({ id: 'c1', identity, roomId, connection }, greeting(query))
    await start()
    await settled()
    connection.stop()
    return { session, written }
  }

  it('is of the person and the session that connected, and brings the page up to date', async () => {
    const { session, written } = await open('')
    expect([session.id, session.userId, session.sessionId]).toEqual(['c1', 'ann', 'session'])
    expect(swapsIn(written.join()).map(([swap]) => swap)).toContain('list innerMorph')
  })

  it('keeps the language of the page, and else has that of the connection', async () => {
    expect((await open('state=s1.e.0.d.de')).written.join()).toContain('Chat mit')
    expect((await open('')).written.join()).toContain('Chat with')
  })

  it('ends a pause when the page was connected before', async () => {
    const hasPause = async (query: string) =>
      swapsIn((await open(query)).written.join()).some(([swap]) => swap === 'pause outerMorph')
    expect(await hasPause('state=s1.e.0.d.en.0-0~.paused&again')).toBe(true)
    expect(await hasPause('state=s1.e.0.d.en.0-0~.paused')).toBe(false)
  })
})

describe('a page whose room is not there', () => {
  const pages = ({ deps } = pageOn()) => {
    const { rooms, hub } = SessionStage.start()
    const unused = { rooms, hub, log: pino({ level: 'silent' }), messageMaxLength: 1 }
    return new PageSessions(deps, {
      ...unused,
      writeTurns: new WriteTurns(),
      answerTurns: noTurns,
      onRefused: () => {},
      admit: async () => {},
    })
  }

  it('says so and shows no message, here or in the list, no quote of one and no way to any', async () => {
    const html = await pages().renderGone(identity, 'r1', greeting('state=s1.e.0.d.en'))
    expect(swapsIn(html).map(([swap, content]) => [swap, content !== ''])).toEqual([
      ['gone innerHTML', true],
      ['list innerHTML', false],
      ['earlier innerHTML', false],
      ['later innerHTML', false],
      ['jump innerHTML', false],
      ['replying innerHTML', false],
      ['chats .last,#people .last innerHTML', false],
    ])
    expect(html).toContain('This chat is gone and its messages are erased.')
  })

  it('says so in the language of the page', async () => {
    expect(await pages().renderGone(identity, 'r1', greeting('state=s1.e.0.d.de'))).not.toContain('This chat is gone')
    expect(await pages().renderGone(identity, 'r1', greeting('state=s0.e.0.d'))).toContain('The server restarted')
  })

  it('says only that the other is blocked, whom the address of the connection names, also when the server was restarted', async () => {
    const page = pageOn()
    page.hasBlocked.mockImplementation(async (_userId, otherId) => otherId === 'ben')
    const renderWith = (query: string) => pages(page).renderGone(identity, 'r1', greeting(query))
    const blocked = await renderWith('state=s1.e.0.d.en&with=ben')
    expect(blocked).toContain('You blocked Ben')
    expect(blocked).not.toContain('This chat is gone')
    expect(swapsIn(blocked).map(([swap]) => swap)).toContain("chats li:has([data-person='ben']) delete")
    expect(await renderWith('state=s0.e.0.d.en&with=ben')).toBe(blocked)
    expect(await renderWith('state=s1.e.0.d.en&with=cem')).toContain('This chat is gone')
  })
})
