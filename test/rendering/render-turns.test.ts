import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { renderInParts } from '#src/rendering/render-turns.js'

/** Keeps the processor busy for a while, as rendering a long message does. */
function spend(ms: number): string {
  const end = performance.now() + ms
  while (performance.now() < end);
  return 'x'
}

const items = (count: number) => Array.from({ length: count }, (_, index) => index)

it('renders all in order', async () => {
  expect(await renderInParts('ann', items(50), index => `${index}${spend(1).slice(1)}`)).toEqual(items(50).map(String))
})

it('gives way to everything else after each part, however many pages are rendered at once', async () => {
  let inTurn = 0
  let most = 0
  const render = () => {
    inTurn += 1
    most = Math.max(most, inTurn)
    return spend(2)
  }
  let isOver = false
  void Promise.all(items(40).map(page => renderInParts(`person ${page}`, items(10), render))).then(() => {
    isOver = true
  })
  while (!isOver) {
    await setImmediate()
    inTurn = 0
  }
  // Eight milliseconds a turn have room for four items of two milliseconds each; a few more on a busy machine.
  expect(most).toBeLessThanOrEqual(6)
})

it('serves people in rotation, and each one page after the other', async () => {
  const ended: string[] = []
  const page = (person: string, name: string, count: number) =>
    renderInParts(person, items(count), () => spend(3)).then(() => ended.push(`${person} ${name}`))
  await Promise.all([page('ann', 'first', 30), page('ann', 'second', 30), page('ben', 'only', 30)])
  expect(ended).toEqual(['ann first', 'ben only', 'ann second'])
})

it('refuses a person for whom too much waits, and nobody else', async () => {
  const waiting = items(260).map(() =>
    renderInParts('ann', items(1), () => spend(9)).catch((error: Error) => error.message),
  )
  const other = renderInParts('ben', items(1), () => 'x')
  expect((await Promise.all(waiting.slice(255))).every(each => each === 'rate_limited')).toBe(true)
  expect(await other).toEqual(['x'])
  await Promise.all(waiting)
}, 20_000)
