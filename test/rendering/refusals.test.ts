import { expect, it } from 'vitest'
import { ChatError, PicturesFull } from '#src/chat/errors.js'
import { refusalSentence } from '#src/rendering/refusals.js'
import { type SentenceKey, type SentenceValues, translator } from '#src/rendering/sentences.js'

/** Names a sentence and what is put into it. */
const name = (key: SentenceKey, values: SentenceValues = {}) => `${key} ${JSON.stringify(values)}`

it('says a refusal by its code, with the most characters that a message may have', () => {
  expect(refusalSentence(new ChatError('message_too_long'), name, 4000)).toBe(
    'error.message_too_long {"max":4000,"id":"","seconds":1}',
  )
  expect(refusalSentence(new ChatError('room_full'), translator('en'), 4000)).toBe(
    'This chat is full. Try again when some messages have vanished.',
  )
})

it('says of what a person has too much: of messages, or of pictures', () => {
  const say = (error: ChatError) => refusalSentence(error, name, 10).split(' ')[0]
  expect([say(new ChatError('person_full')), say(new PicturesFull())]).toEqual([
    'error.person_full',
    'error.pictures_full',
  ])
})

it.each([
  [undefined, 1],
  [0, 1],
  [1000, 1],
  [1001, 2],
  [59_000, 59],
])('says how long to wait in whole seconds, at least one: of %s ms %d', (retryAfterMs, seconds) => {
  const sentence = refusalSentence(new ChatError('rate_limited', retryAfterMs), name, 10)
  expect(sentence).toBe(`error.rate_limited {"max":10,"id":"","seconds":${seconds}}`)
})
