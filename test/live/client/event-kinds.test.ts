import { expect, it } from 'vitest'
import { isPassing, removesText } from '#src/live/client/event-kinds.js'

it('an event is passing, removes text, or neither', () => {
  const types = ['typing.changed', 'presence.changed', 'message.removed', 'room.dissolved'] as const
  expect(types.map(type => isPassing({ type }))).toEqual([true, true, false, false])
  expect(types.map(type => removesText({ type }))).toEqual([false, false, true, true])
  const others = ['message.sent', 'messages.kept', 'messages.expiring', 'receipt.moved', 'room.opened'] as const
  expect(others.filter(type => isPassing({ type }) || removesText({ type }))).toEqual([])
})
