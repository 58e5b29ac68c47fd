import { expect, it } from 'vitest'
import { CutPartial } from '#src/rendering/cut-partial.js'
import { renderPartial, viewContext } from '#src/rendering/renderer.js'

const dataOf = (id: string) => ({ id, status: 'seen', isPushed: true })

it('shows a text as the partial itself does, in each language', () => {
  const status = new CutPartial('status', dataOf)
  for (const language of ['en', 'de', 'en'] as const) {
    const context = viewContext({ language, zone: 'UTC' })
    for (const id of ['m1', 'm2']) expect(status.render(context, id)).toBe(renderPartial('status', context, dataOf(id)))
  }
})

it('cannot be a partial that does not show the text once', () => {
  const context = viewContext({ language: 'en', zone: 'UTC' })
  const without = new CutPartial('status', () => ({ status: 'seen' }))
  const twice = new CutPartial('sentence', text => ({ sentence: text + text }))
  for (const each of [without, twice]) expect(() => each.render(context, 'm1')).toThrow('does not show its text once')
})
