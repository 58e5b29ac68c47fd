import pino from 'pino'
import { expect, it, onTestFinished, vi } from 'vitest'
import { ChatError } from '#src/chat/errors.js'
import { readConfig } from '#src/config.js'
import { MemoryEngine } from '#src/engines/memory/engine.js'
import type { CloseCode } from '#src/live/client/close-codes.js'
import { SharedRenderings } from '#src/live/client/shared-renderings.js'
import { greetingOf, PageSessions } from '#src/live/html/page-sessions.js'
import { Connection } from '#src/live/transport/connection.js'
import { WriteTurns } from '#src/live/transport/write-turns.js'
import { roomsOn } from '../support/engine/rooms-on.js'
import { generous } from '../support/engine/world.js'
import { FakeClock } from '../support/fake-clock.js'
import { noTurns } from '../support/no-turns.js'

/** Ann's page of her chat with Ben, of whom a few more catch-ups are admitted. */
async function openPage(admitted: number) {
  const clock = new FakeClock()
  const log = pino({ level: 'silent' })
  const config = readConfig({})
  const engine = new MemoryEngine({ ...generous, clock })
  onTestFinished(() => engine.stop())
  const room = await engine.openRoom('ann', 'ben')
  const admit = vi.fn(async () => {
    if (admit.mock.calls.length > admitted) throw new ChatError('rate_limited', 1)
  })
  const rooms = roomsOn(engine)
  const page = {
    rooms,
    clock,
    lifetimeRules: config,
    serverId: 'server',
    namesOf: async (ids: readonly string[]) => new Map(ids.map(id => [id, id])),
    hasBlocked: async () => false,
    isTyping: () => false,
  }
  const pageSessions = new PageSessions(page, {
    rooms,
    hub: { enterRoom: () => {} },
    log,
    messageMaxLength: 100,
    writeTurns: new WriteTurns(),
    answerTurns: noTurns,
    onRefused: () => {},
    admit,
  })
  const written: string[] = []
  const write = (text: string) => void written.push(text)
  const closed: CloseCode[] = []
  const line = {
    write,
    catchUp: write,
    taken: async () => {},
    close: (code: CloseCode) => void closed.push(code),
    isBusy: false,
    cutIfStalled: () => {},
  }
  const term = { endsAt: Number.POSITIVE_INFINITY, readEnd: async () => Number.POSITIVE_INFINITY }
  const identity = {
    ...term,
    userId: 'ann',
    sessionId: 'session',
    zone: null,
    language: 'en' as const,
    announced: [],
  }
  const connection = new Connection(line, identity, clock, log)
  const seat = { id: 'line', identity, roomId: room.id, connection: connection }
  const { session, start } = pageSessions.open(seat, greetingOf(new URLSearchParams()))
  await start()
  const count = (part: string) => written.filter(text => text.includes(part)).length
  const lists = () => count('id="list" hx-swap="innerMorph"')
  const pauses = () => count('id="pause"')
  return { admit, closed, engine, lists, pauses, room, texts: () => written.join(''), session }
}

it('is asked for nothing when the first catch-up comes with its connection', async () => {
  const { admit, lists } = await openPage(0)
  expect([admit.mock.calls.length, lists()]).toEqual([0, 1])
})

it('has a page whose pause ends wait for its turn, and closes it with 1013 where that is too far away', async () => {
  const { closed, lists, pauses, room, session } = await openPage(1)
  for (const [index, isPaused] of [true, false, true].entries()) {
    session.pause?.(room.id, isPaused)
    await expect.poll(pauses).toBe(index + 1)
  }
  expect(lists()).toBe(2)
  session.pause?.(room.id, false)
  await expect.poll(() => closed).toEqual([1013])
  expect(lists()).toBe(2)
})

it('has a page that has missed something wait for its turn likewise', async () => {
  const { closed, engine, lists, room, session } = await openPage(1)
  engine.subscribe(({ told }) => {
    for (const { userId, event } of told) {
      const isHeard = event.type === 'message.sent' && event.message.text === 'heard'
      if (userId === 'ann' && isHeard) session.receive(event, new SharedRenderings())
    }
  })
  const send = (text: string, nonce: string) =>
    engine.sendMessage(room.id, 'ben', { nonce, text, image: null, mostLifetimeMs: 60_000 })
  await send('missed', '1')
  await send('heard', '2')
  await expect.poll(lists).toBe(2)
  await send('missed', '3')
  await send('heard', '4')
  await expect.poll(() => closed).toEqual([1013])
  expect(lists()).toBe(2)
})

it('is sent nothing of a message that went while its catch-up waited for its turn', async () => {
  const { admit, engine, pauses, room, texts, session } = await openPage(1)
  let begin = () => {}
  admit.mockImplementationOnce(() => new Promise(resolve => (begin = resolve)))
  session.pause?.(room.id, true)
  await expect.poll(pauses).toBe(1)
  session.pause?.(room.id, false)
  await expect.poll(() => admit.mock.calls.length).toBe(1)
  const draft = { image: null, mostLifetimeMs: 60_000 }
  const { message } = await engine.sendMessage(room.id, 'ben', { ...draft, nonce: 'gone', text: 'here and gone' })
  await engine.sendMessage(room.id, 'ben', { ...draft, nonce: 'stays', text: 'here to stay' })
  await engine.removeMessage(room.id, 'ben', message.id)
  begin()
  await expect.poll(() => texts().includes('here to stay')).toBe(true)
  expect(texts()).not.toContain('here and gone')
})
