import { expect, it } from 'vitest'
import { fragment } from '#src/live/html/fragments.js'

it('a fragment names the element that it changes and how, around what it brings', () => {
  expect(fragment('list', 'beforeend', '<li></li>')).toBe(
    '<hx-partial hx-target="#list" hx-swap="beforeend"><li></li></hx-partial>',
  )
})

it('a fragment may bring nothing', () => {
  expect(fragment('m-1', 'delete')).toBe('<hx-partial hx-target="#m-1" hx-swap="delete"></hx-partial>')
})
