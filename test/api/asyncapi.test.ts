import { expect, it } from 'vitest'
import { describeSocket } from '#src/api/asyncapi.js'
import { programFrameSchema, serverFrameSchemas } from '#src/live/json/frames.js'
import { jsonProtocol } from '#src/live/transport/sockets.js'

const { asyncapi, channels, operations, components } = describeSocket()
const namesOf = (messages: readonly { readonly $ref: string }[]) =>
  messages.map(({ $ref }) => {
    const key = $ref.replace('#/channels/socket/messages/', '')
    return components.messages[key]?.name ?? expect.fail($ref)
  })

it('says which frames a program may send', () => {
  expect(asyncapi).toBe('3.0.0')
  expect(operations.hear.action).toBe('receive')
  expect(operations.hear.channel).toEqual({ $ref: '#/channels/socket' })
  expect(namesOf(operations.hear.messages).sort()).toEqual([
    'message:send',
    'message:status',
    'room:join',
    'room:leave',
    'typing:start',
    'typing:stop',
  ])
})

it('says which frames the server sends, by the type that each has', () => {
  expect(operations.tell.action).toBe('send')
  expect(operations.tell.channel).toEqual({ $ref: '#/channels/socket' })
  const names = namesOf(operations.tell.messages)
  expect(names).toEqual(expect.arrayContaining(['reply', 'message:new', 'message:expired', 'user:online']))
  expect(names).not.toContain('')
})

it('lists every frame in the channel and among the components, and no other', () => {
  const keys = [...operations.hear.messages, ...operations.tell.messages].map(({ $ref }) => $ref.split('/').at(-1))
  const described = Object.keys(components.messages)
  expect(described.sort()).toEqual([...keys].sort())
  expect(channels).toMatchObject({
    socket: {
      address: '/ws',
      description: `Subprotocol ${jsonProtocol}`,
      messages: Object.fromEntries(described.map(key => [key, { $ref: `#/components/messages/${key}` }])),
    },
  })
})

it('names the frames of programs by their type without the colon', () => {
  expect(operations.hear.messages.map(({ $ref }) => $ref)).toContain('#/channels/socket/messages/messageSend')
  for (const key of Object.keys(components.messages)) expect(key).toMatch(/^[A-Za-z]+$/)
})

it('lets a program number each of its frames, and asks for no number', () => {
  for (const { $ref } of operations.hear.messages) {
    const payload = components.messages[$ref.split('/').at(-1) ?? '']?.payload
    expect(payload).toMatchObject({ properties: { ref: expect.any(Object) } })
    expect(payload?.required).not.toContain('ref')
  }
})

it('gives a frame its description as the summary, and leaves it out of the schema', () => {
  const summaries = Object.entries(serverFrameSchemas).map(([key, schema]) => [key, schema.description ?? ''])
  for (const [key = '', summary] of summaries) expect([key, components.messages[key]?.summary]).toEqual([key, summary])
  expect(summaries.some(([, summary]) => summary !== '')).toBe(true)
  const ofPrograms = programFrameSchema.options.map(({ description = '' }) => description)
  const written = operations.hear.messages.map(({ $ref }) => components.messages[$ref.split('/').at(-1) ?? '']?.summary)
  expect(written).toEqual(ofPrograms)
  for (const { payload } of Object.values(components.messages)) expect(payload).not.toHaveProperty('description')
})

it('reads the frames of programs as input, so that a text with a default need not be there', () => {
  const { messageSend } = components.messages
  expect(messageSend?.payload.required).toEqual(['nonce', 'type', 'roomId'])
})
