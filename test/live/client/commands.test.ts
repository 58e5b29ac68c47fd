import { describe, expect, it, vi } from 'vitest'
import { ChatError } from '#src/chat/errors.js'
import { commandSchema, execute, listReport, pageCommandSchema, parseFrame } from '#src/live/client/commands.js'
import { SessionStage } from '../../support/live/session-stage.js'

const status = { type: 'message:status', roomId: 'r1', messageId: 'm1', status: 'seen' }

describe('a command', () => {
  it.each([
    { type: 'message:send', roomId: 'r1', content: 'hello', nonce: 'n1', imageId: 'i1' },
    { ...status, status: 'delivered' },
    status,
    { type: 'typing:start', roomId: 'r1' },
    { type: 'typing:stop', roomId: 'r1' },
  ])('is %o', fields => {
    expect(commandSchema.parse({ ...fields, headers: {} })).toEqual(fields)
  })

  it.each([
    { type: 'message:sent', roomId: 'r1', content: 'hello', nonce: 'n1' },
    { type: 'message:send', content: 'hello', nonce: 'n1' },
    { type: 'message:send', roomId: 'r1', content: 'hello' },
    { ...status, status: 'sent' },
    { ...status, messageId: undefined },
    { ...status, messageId: 'm 1' },
    { ...status, roomId: undefined },
    { type: 'typing:start' },
    { type: 'typing:stop', roomId: '' },
  ])('is not %o', fields => {
    expect(commandSchema.safeParse(fields).success).toBe(false)
  })

  it('of sending has an empty text where it has none', () => {
    expect(commandSchema.parse({ type: 'message:send', roomId: 'r1', nonce: 'n1', imageId: 'i1' })).toMatchObject({
      content: '',
    })
  })
})

describe('executing', () => {
  const stage = () => {
    const { rooms } = SessionStage.start()
    return { rooms, report: vi.spyOn(rooms, 'report'), setTyping: vi.spyOn(rooms, 'setTyping') }
  }

  it('sends a message as the person, and answers with it and whether it was there already', async () => {
    const stage = SessionStage.start()
    const { id: roomId } = await stage.openRoom()
    const command = { type: 'message:send', roomId, content: 'hello', nonce: 'n1' } as const
    const answer = await execute(command, 'ann', stage.rooms)
    expect(answer).toMatchObject({ message: { senderId: 'ann', text: 'hello', nonce: 'n1' }, duplicate: false })
    expect(await execute(command, 'ann', stage.rooms)).toMatchObject({ message: answer?.message, duplicate: true })
  })

  it.each(['delivered', 'seen'] as const)('reports a message as %s, without an answer', async status => {
    const { rooms, report } = stage()
    report.mockResolvedValue()
    const command = { type: 'message:status', roomId: 'r1', messageId: 'm1', status } as const
    expect(await execute(command, 'ann', rooms, 7)).toBe(null)
    expect(report.mock.calls).toEqual([['r1', 'ann', status, 'm1', 7]])
  })

  it('reports the last messages of many chats as delivered, though some of them have ended', async () => {
    const { rooms, report } = stage()
    report.mockResolvedValueOnce().mockRejectedValueOnce(new ChatError('not_found')).mockResolvedValueOnce()
    const reports = listReport([
      { roomId: 'r1', id: 'm1' },
      { roomId: 'gone', id: 'm2' },
      { roomId: 'r3', id: 'm3' },
    ])
    const command = pageCommandSchema.parse({ type: 'list:delivered', reports: `${reports} no.report. x` })
    expect(await execute(command, 'ann', rooms)).toBe(null)
    expect(report.mock.calls).toEqual([
      ['r1', 'ann', 'delivered', 'm1'],
      ['gone', 'ann', 'delivered', 'm2'],
      ['r3', 'ann', 'delivered', 'm3'],
    ])
  })

  it('reports no more messages at once than a list shows', async () => {
    const { rooms, report } = stage()
    report.mockResolvedValue()
    const reports = Array.from({ length: 101 }, (_, n) => `r.m${n}`).join(' ')
    await execute(pageCommandSchema.parse({ type: 'list:delivered', reports }), 'ann', rooms)
    expect(report).toHaveBeenCalledTimes(100)
    expect(pageCommandSchema.safeParse({ type: 'list:delivered', reports: 'x'.repeat(13_001) }).success).toBe(false)
  })

  it('says that the person types, and that they do not, without an answer', async () => {
    const { rooms, setTyping } = stage()
    setTyping.mockResolvedValue()
    expect(await execute({ type: 'typing:start', roomId: 'r1' }, 'ann', rooms)).toBe(null)
    expect(await execute({ type: 'typing:stop', roomId: 'r1' }, 'ann', rooms)).toBe(null)
    expect(setTyping.mock.calls).toEqual([
      ['r1', 'ann', true],
      ['r1', 'ann', false],
    ])
  })

  it.each([
    { type: 'message:send', content: 'hello', nonce: 'n1' },
    { type: 'message:status', messageId: 'm1', status: 'seen' },
    { type: 'typing:start' },
  ])('is refused in a room that is not the person’s: %o', async fields => {
    const stage = SessionStage.start()
    const { id: roomId } = await stage.openRoom()
    const command = commandSchema.parse({ ...fields, roomId })
    await expect(async () => execute(command, 'cem', stage.rooms)).rejects.toBeInstanceOf(ChatError)
  })
})

describe('the text of a frame', () => {
  it('is read as the fields of its object', () => {
    expect(parseFrame('{"type":"x","n":1,"of":{"a":[1,2]}}')).toEqual({ type: 'x', n: 1, of: { a: [1, 2] } })
    expect(parseFrame('{}')).toEqual({})
  })

  it.each(['', 'x', '{', 'null', '1', '"text"', 'true', '[]', '[{}]'])('is no frame when it is %s', text => {
    expect(parseFrame(text)).toBe(null)
  })

  /** An object of one array: three marks begin it, and a comma stands before each further item. */
  const withItems = (count: number) => `{"a":[${Array.from({ length: count }, () => '1').join(',')}]}`

  it('may have 250 parts and no more', () => {
    expect(parseFrame(withItems(248))).toEqual({ a: Array.from({ length: 248 }, () => 1) })
    expect(parseFrame(withItems(249))).toBe(null)
  })

  it.each([
    ['brackets', '['.repeat(126), ']'.repeat(126)],
    ['braces', '{"":'.repeat(63), '}'.repeat(63)],
  ])('counts nested %s as parts', (_, open, close) => {
    const half = `${open}1${close}`
    expect(parseFrame(`{"a":${half}}`)).not.toBe(null)
    expect(parseFrame(`{"a":${half},"b":${half}}`)).toBe(null)
  })

  it('counts no mark within its texts, whatever is escaped there', () => {
    const marks = ',:[{'.repeat(100)
    expect(parseFrame(JSON.stringify({ content: marks }))).toEqual({ content: marks })
    expect(parseFrame(JSON.stringify({ content: `"${marks}` }))).toEqual({ content: `"${marks}` })
    expect(parseFrame(JSON.stringify({ content: `\\"${marks}` }))).toEqual({ content: `\\"${marks}` })
  })

  it('counts marks after a text that ends with a backslash', () => {
    const items = Array.from({ length: 300 }, () => 1)
    expect(parseFrame(JSON.stringify({ content: '\\', items }))).toBe(null)
    expect(parseFrame(JSON.stringify({ content: '"', items }))).toBe(null)
  })
})
