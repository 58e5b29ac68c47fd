import { describe, expect, it } from 'vitest'
import type { Message } from '#src/chat/engine.js'
import { ExpiryWarning } from '#src/live/html/expiry-warning.js'
import { messageOf } from '../../support/live/events.js'

/** A warning that says of which lives it warns; each number is a message that lives as many ms. */
function start() {
  const pushed: string[] = []
  const lifetime = {
    renderWarning: (expiring: readonly Pick<Message, 'roomId' | 'lifetimeMs'>[]) =>
      expiring.map(({ roomId, lifetimeMs }) => `${roomId}:${lifetimeMs}`).join(' '),
  }
  const warning = new ExpiryWarning(lifetime, html => pushed.push(html))
  return { warning, take: () => pushed.splice(0) }
}

const shown = (words: string) => [`<hx-partial id="warning" hx-swap="innerMorph">${words}</hx-partial>`]
const [one, two] = [messageOf(1, { lifetimeMs: 100 }), messageOf(2, { lifetimeMs: 200 })]

describe('the warning that messages expire', () => {
  it('is of all that are about to', () => {
    const { warning, take } = start()
    warning.replace([one])
    expect(take()).toEqual(shown('r1:100'))
    warning.replace([two, one])
    expect(take()).toEqual(shown('r1:200 r1:100'))
  })

  it('goes once the person has dismissed it', () => {
    const { warning, take } = start()
    warning.replace([one])
    take()
    warning.replace([])
    expect(take()).toEqual(shown(''))
    warning.drop([one])
    expect(take()).toEqual([])
  })

  it('goes with the last of them, and stays with fewer', () => {
    const { warning, take } = start()
    warning.replace([one, two])
    take()
    warning.drop([one])
    expect(take()).toEqual([])
    warning.drop([messageOf(9), two])
    expect(take()).toEqual(shown(''))
    warning.drop([two])
    expect(take()).toEqual([])
  })

  it('is of the messages alone that a page is caught up with', () => {
    const { warning, take } = start()
    warning.replace([one])
    take()
    warning.catchUp([two], false)
    expect(take()).toEqual(shown('r1:200'))
  })

  it('is taken from a page that may show an old one, and otherwise left as it is', () => {
    const { warning, take } = start()
    warning.catchUp([], false)
    expect(take()).toEqual([])
    warning.catchUp([], true)
    expect(take()).toEqual(shown(''))
  })

  it('is forgotten without a word', () => {
    const { warning, take } = start()
    warning.replace([one])
    take()
    warning.forget()
    expect(take()).toEqual([])
    warning.replace([two])
    expect(take()).toEqual(shown('r1:200'))
  })
})
