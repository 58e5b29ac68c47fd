import { describe, expect, it } from 'vitest'
import { countBytes, type MessageStatus, messageStatusOf, mostWindow, usualWindow } from '#src/chat/engine.js'

describe('what a message counts for', () => {
  const picture = { id: 'a-picture', width: 640, height: 480, alt: 'cat' }

  it.each([
    ['512 bytes without any text', '', null, 512],
    ['two bytes more for each letter', 'hello', null, 522],
    ['two bytes more for each half of a pair of units', '😀', null, 516],
    ['two bytes more for each letter of the picture’s description', '', picture, 518],
    ['its text and its picture’s description together', 'hello', picture, 528],
  ])('is %s', (_title, text, image, bytes) => {
    expect(countBytes({ text, image })).toBe(bytes)
  })
})

describe('the status of the third message', () => {
  it.each<[string, number, number, MessageStatus]>([
    ['sent while only the second has arrived', 2, 2, 'sent'],
    ['delivered once it has arrived', 3, 2, 'delivered'],
    ['delivered once a later one has arrived', 4, 0, 'delivered'],
    ['seen once it was seen', 3, 3, 'seen'],
    ['seen once a later one was seen', 9, 4, 'seen'],
  ])('is %s', (_title, delivered, seen, status) => {
    expect(messageStatusOf({ seq: 3 }, { delivered, seen })).toBe(status)
  })
})

describe('a window', () => {
  it('is of a hundred messages unless told, and of two hundred at most', () => {
    expect([usualWindow, mostWindow]).toEqual([100, 200])
  })
})
