// Long because a page is told of one thing after another, and each is tried.
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { EngineEvent } from '#src/chat/engine.js'
import { SharedRenderings } from '#src/live/client/shared-renderings.js'
import { SessionStage, settled } from '../../support/live/session-stage.js'

/** A stage with the room of ann and ben, and a page of ann's in it. */
async function start() {
  const stage = SessionStage.start()
  const { id } = await stage.openRoom()
  const page = await stage.openPage('ann', id)
  return { stage, id, ...page }
}

/** The same, whose page has reported a message as delivered: its new state waits for something to go with. The timers are fake. */
async function startWithStateHeld() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const started = await start()
  const { message } = await started.stage.send(started.id, 'ben', 'hello')
  await settled()
  await started.stage.rooms.report(started.id, 'ann', 'delivered', message.id)
  await settled()
  started.transport.forget()
  return started
}

describe('a page', () => {
  it('is brought up to date once, though something happens while it connects', async () => {
    const stage = SessionStage.start()
    const { id } = await stage.openRoom()
    const holdLease = stage.engine.holdLease.bind(stage.engine)
    vi.spyOn(stage.engine, 'holdLease').mockImplementationOnce(async (...lease) => {
      await holdLease(...lease)
      await stage.send(id, 'ben', 'early')
      await settled()
    })
    const { transport, opened } = stage.connect('ann', id)
    await opened
    await settled()
    expect(transport.text.match(/early[^<]*<\/span>/g)).toHaveLength(1)
    expect(stage.admit).not.toHaveBeenCalled()
  })

  it('is answered before it is brought up to date, and keeps until then the state that it came with', async () => {
    const stage = SessionStage.start()
    const { id } = await stage.openRoom()
    const refused = { type: 'message:send', content: '', nonce: 'n' }
    const holdLease = stage.engine.holdLease.bind(stage.engine)
    const early: string[] = []
    vi.spyOn(stage.engine, 'holdLease').mockImplementationOnce(async (...lease) => {
      await transport.session?.handle({ ...refused })
      await settled()
      early.push(...transport.written)
      await holdLease(...lease)
    })
    const { transport, opened } = stage.connect('ann', id)
    await opened
    transport.forget()
    await transport.session?.handle({ ...refused })
    await settled()
    const [first = ''] = early
    expect([first.includes('id="p-n"'), first.includes('id="state"')]).toEqual([true, false])
    expect(transport.text).toMatch(/id="p-n"[\s\S]*id="state"/)
  })

  it('reads its room again when an event between was lost, and shows all of it', async () => {
    const { stage, id, session, transport } = await start()
    const heard: EngineEvent[] = []
    stage.engine.subscribe(({ told }) => {
      for (const { userId, event } of told) if (userId === 'ann') heard.push(event)
    })
    await stage.hub.remove(session)
    await stage.send(id, 'ben', 'lost')
    await stage.send(id, 'ben', 'heard')
    await settled()
    transport.forget()
    const last = heard.findLast(({ type }) => type === 'message.sent')
    if (last) session.receive(last, new SharedRenderings())
    await settled()
    expect(transport.text).toContain('id="list" hx-swap="innerMorph"')
    expect(transport.text).toMatch(/lost[\s\S]*heard/)
    expect(stage.admit).toHaveBeenCalledTimes(1)
  })

  it('is cut if it takes nothing when something expires, is taken back or ends with its room', async () => {
    const { stage, id, transport } = await start()
    const { message } = await stage.send(id, 'ben', 'taken back')
    await stage.send(id, 'ben', 'expires')
    expect(transport.cuts).toBe(0)
    await stage.rooms.unsend(id, 'ben', message.id)
    expect(transport.cuts).toBe(1)
    await stage.clock.advance(600_000)
    expect(transport.cuts).toBe(2)
    await stage.rooms.end(id, 'ben')
    expect(transport.cuts).toBe(3)
  })

  it('shows in its list what was last known of a room, though the connection was too busy for the event', async () => {
    const { stage, id, transport } = await start()
    await stage.engine.holdLease('ben', 'page', 1e9)
    await settled()
    await stage.send(id, 'ben', 'hello')
    transport.isBusy = true
    await stage.engine.dropLease('ben', 'page', 0)
    await settled()
    const item = () => transport.written.findLast(text => text.includes(`id="c-${id}"`)) ?? transport.text
    expect(item()).toContain('hello')
    expect(item()).not.toContain('Online')
    transport.isBusy = false
    await stage.rooms.setLifetime(id, 'ben', { lifetimeMs: 300_000, from: 'sent' })
    await settled()
    expect(transport.written.at(-1)).toMatch(/id="presence"[\s\S]*Last seen/)
  })

  it('gets of a tick what is shown and its new state, in at most 200 bytes', async () => {
    const { stage, id, transport } = await start()
    const { message } = await stage.send(id, 'ann', 'to be seen')
    await settled()
    for (const status of ['delivered', 'seen'] as const) {
      transport.forget()
      await stage.rooms.report(id, 'ben', status, message.id)
      await settled()
      expect(transport.written).toHaveLength(1)
      expect(transport.text).toMatch(
        new RegExp(`^<b id="s-${message.id}" class="status ${status}" hx-swap-oob>.*<data id="state"`),
      )
      expect(transport.text.length).toBeLessThanOrEqual(200)
    }
  })

  it('gets a tick that comes at once with its message in a frame of its own, after that of the message', async () => {
    const { stage, id, transport } = await start()
    const { message } = await stage.send(id, 'ann', 'seen at once')
    await stage.rooms.report(id, 'ben', 'seen', message.id)
    await settled()
    expect(transport.written.map(text => [text.includes('id="list"'), text.includes(`id="s-${message.id}"`)])).toEqual([
      [true, true],
      [false, true],
    ])
    expect(transport.written[1]).toContain(`<b id="s-${message.id}" class="status seen" hx-swap-oob>`)
  })

  it('gets its new state alone where it shows nothing of a change, once a second has brought nothing else', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { stage, id, transport } = await start()
    const { message } = await stage.send(id, 'ben', 'hello')
    await settled()
    // The icon of the page gets its dot.
    vi.advanceTimersByTime(1000)
    await settled()
    transport.forget()
    await stage.rooms.report(id, 'ann', 'delivered', message.id)
    await settled()
    vi.advanceTimersByTime(999)
    expect(transport.written).toEqual([])
    vi.advanceTimersByTime(1)
    expect(transport.written).toEqual([expect.stringMatching(/^<data id="state" value="[^"]+" hx-swap-oob><\/data>$/)])
    await stage.rooms.report(id, 'ann', 'delivered', message.id)
    await settled()
    vi.advanceTimersByTime(1000)
    expect(transport.written).toHaveLength(1)
  })

  it('gets its new state with what is pushed meanwhile, and then not alone', async () => {
    const { stage, id, transport } = await startWithStateHeld()
    await stage.send(id, 'ben', 'one more')
    await settled()
    expect(transport.written).toEqual([expect.stringMatching(/one more[\s\S]*id="state"/)])
    vi.advanceTimersByTime(1000)
    expect(transport.written).toHaveLength(1)
  })

  it('gets no new state before what that state says is shown', async () => {
    const { stage, id, transport } = await startWithStateHeld()
    await stage.send(id, 'ben', 'one more')
    vi.advanceTimersByTime(1000)
    await settled()
    expect(transport.written).toEqual([expect.stringMatching(/one more[\s\S]*id="state"/)])
  })

  it('gets nothing more once it has closed, not even its state', async () => {
    const { session, transport } = await startWithStateHeld()
    session.end()
    vi.advanceTimersByTime(1000)
    expect(transport.written).toEqual([])
  })

  it('shows nothing older when typing ends than what it was told meanwhile', async () => {
    const { stage, id, transport } = await start()
    await stage.rooms.setTyping(id, 'ben', true)
    await settled()
    expect(transport.text).toContain('name-of-ben is typing')
    await stage.send(id, 'ann', 'written meanwhile')
    await settled()
    transport.forget()
    await stage.clock.advance(2000)
    await settled()
    expect(transport.text).toContain('id="typing"')
    expect(transport.text).toMatch(new RegExp(`id="l-${id}"[\\s\\S]*written meanwhile`))
  })

  it('shows no unread message in its title but those that there are', async () => {
    const { stage, id } = await start()
    const list = await stage.openPage('ann', null)
    const { message } = await stage.send(id, 'ben', 'hello')
    await settled()
    const titles = () => [...list.transport.text.matchAll(/id="page-title"[^>]*>([^<]*)</g)].map(([, t]) => t)
    expect(titles()).toEqual([expect.stringContaining('1')])
    await stage.rooms.report(id, 'ann', 'seen', message.id)
    await settled()
    expect(titles()).toEqual([expect.stringContaining('1'), expect.not.stringContaining('1')])
  })

  it('drops a room from its list as the room goes', async () => {
    const { stage, id, transport } = await start()
    await stage.rooms.end(id, 'ben')
    await settled()
    expect(transport.text).toContain(`id="c-${id}" hx-swap="delete"`)
    expect(transport.text).toContain('name-of-ben')
  })
})
