import { describe, expect, it } from 'vitest'
import { ChatError, errorTable, InvalidInput } from '#src/chat/errors.js'
import { readCatalogue } from '../support/views/project-text.js'

const sentences = [...readCatalogue('en').keys()]

describe('the refusal', () => {
  const documented = {
    account_disabled: [403, 'never'],
    bad_request: [400, 'never'],
    blocked: [403, 'never'],
    conflict: [409, 'never'],
    forbidden: [403, 'never'],
    image_description_invalid: [422, 'never'],
    image_invalid: [422, 'never'],
    image_missing: [422, 'never'],
    image_not_alone: [422, 'never'],
    image_not_found: [404, 'never'],
    image_too_large: [413, 'never'],
    image_too_many_pixels: [413, 'never'],
    image_unsupported: [415, 'never'],
    internal: [500, 'never'],
    invalid: [422, 'never'],
    invite_needed: [403, 'never'],
    message_empty: [422, 'never'],
    message_invalid: [422, 'never'],
    message_too_long: [422, 'never'],
    method_not_allowed: [405, 'never'],
    not_found: [404, 'never'],
    payload_too_large: [413, 'never'],
    person_full: [507, 'later'],
    push_unsupported: [422, 'never'],
    rate_limited: [429, 'automatic'],
    registration_closed: [403, 'never'],
    room_full: [507, 'later'],
    server_busy: [503, 'later'],
    server_full: [507, 'later'],
    storage_failed: [503, 'later'],
    unauthenticated: [401, 'never'],
    unsupported_media_type: [415, 'never'],
  } as const
  const entries = Object.entries(errorTable)

  it.each(entries)('%s has its status, its sentence and its time to try again', (code, entry) => {
    const [status, retry] = Object.entries(documented).find(([each]) => each === code)?.[1] ?? []
    // The only sentence that is not named after its code.
    const sentence = code === 'method_not_allowed' ? 'error.method' : `error.${code}`
    expect(entry).toEqual({ status, sentence, retry })
  })

  it.each(entries)('%s has a sentence in the catalogue', (_code, { sentence }) => {
    expect(sentences).toContain(sentence)
  })

  it('has no other code', () => {
    expect(Object.keys(errorTable)).toEqual(Object.keys(documented))
  })
})

describe('an error', () => {
  it('carries its code and when the same may succeed', () => {
    const error = new ChatError('rate_limited', 500)
    expect([error.code, error.retryAfterMs, error.name, error.message]).toEqual([
      'rate_limited',
      500,
      'ChatError',
      'rate_limited',
    ])
  })

  it('need not say when the same may succeed', () => {
    expect(new ChatError('not_found').retryAfterMs).toBeUndefined()
  })

  it('of input is the refusal of the whole, with what is wrong with each field', () => {
    const error = new InvalidInput({ username: 'username_taken' })
    expect(error).toBeInstanceOf(ChatError)
    expect([error.code, error.fields]).toEqual(['invalid', { username: 'username_taken' }])
  })
})
