import { expect, it } from 'vitest'
import { fragment, idFragment } from '#src/live/html/fragments.js'

it('a fragment names the element that it changes and how, around what it brings', () => {
  expect(fragment('list', 'beforeend', '<li></li>')).toBe(
    '<hx-partial id="list" hx-swap="beforeend"><li></li></hx-partial>',
  )
})

it('a fragment may bring nothing', () => {
  expect(fragment('m-1', 'delete')).toBe('<hx-partial id="m-1" hx-swap="delete"></hx-partial>')
})

it('a fragment that takes the place of what its element holds does not say how, as htmx does so unless told', () => {
  expect(fragment('typing', 'innerHTML', 'x')).toBe('<hx-partial id="typing">x</hx-partial>')
})

it('a fragment of an element with a plain id is the same where the id is not looked at', () => {
  for (const swap of ['beforeend', 'innerHTML', 'delete'] as const) {
    expect(idFragment('m-1', swap, 'x')).toBe(fragment('m-1', swap, 'x'))
  }
})
