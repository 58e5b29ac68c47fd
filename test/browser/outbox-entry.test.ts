import { expect, it } from 'vitest'
import {
  isSentSlowly,
  isSlow,
  isUnsent,
  lacksPicture,
  pictureAlone,
  picturesOf,
  retryDelayIn,
} from '#src/browser/outbox-entry.js'

it('reads when a bubble may go out from the trigger that the server gave it', () => {
  expect(retryDelayIn('outbox:send, load delay:740ms')).toBe(740)
  expect(retryDelayIn('outbox:send')).toBe(0)
})

it('calls a message slow after three seconds', () => {
  const entry = {
    nonce: 'n',
    text: 'one',
    imageId: '',
    at: 1000,
    state: 'pending',
    hasPicture: false,
    isUploaded: true,
    reason: '',
    retryAt: 0,
  } as const
  expect(isSlow(entry, 4000)).toBe(false)
  expect(isSlow(entry, 4001)).toBe(true)
  const states = ['pending', 'in-flight', 'uploading', 'waiting', 'failed', 'old', 'refused'] as const
  expect(states.filter(state => isSentSlowly({ ...entry, state }, 4001))).toEqual(['pending', 'in-flight'])
  expect(states.filter(state => isUnsent({ ...entry, state }))).toEqual(['failed', 'old'])
  expect(isSentSlowly(entry, 4000)).toBe(false)
})

it('knows which messages only the page with their picture can send, and what is left of the pictures of others', () => {
  const text = { nonce: 'n-1', text: 'one', imageId: '', at: 1000 }
  const chosen = { ...text, alt: '' }
  const uploaded = { ...text, imageId: 'image-1', alt: 'A cat' }
  expect([text, chosen, uploaded].map(lacksPicture)).toEqual([false, true, false])
  expect(picturesOf([text, chosen, uploaded])).toEqual([pictureAlone(''), pictureAlone('A cat')])
  expect(lacksPicture(pictureAlone(''))).toBe(true)
})
