import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { renderInParts } from '#src/rendering/render-turns.js'

/** Only rendering moves this clock, so a busy machine changes nothing. */
let nowMs = 0
beforeEach(() => void vi.spyOn(performance, 'now').mockImplementation(() => nowMs))
afterEach(() => vi.restoreAllMocks())

/** Takes a while, as rendering a long message does. */
function spend(ms: number): string {
  nowMs += ms
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
  // Eight milliseconds a turn have room for four items of two milliseconds each.
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
})

describe('by the turn of the event loop', () => {
  let turn = 0

  /** Notes at which turn of the event loop each of so many items is rendered; each takes so long. */
  async function render(owner: string, count: number, eachMs: number): Promise<number[]> {
    const rendered: number[] = []
    await renderInParts(owner, items(count), () => {
      nowMs += eachMs
      rendered.push(turn)
      return 'x'
    })
    return rendered
  }

  /** Counts turns of the event loop until something is over, and answers it. */
  async function countTurns<T>(begin: () => Promise<T>): Promise<T> {
    // What the test before has spent is forgotten after some turns.
    for (let passed = 0; passed < 20; passed += 1) await setImmediate()
    turn = 0
    let isOver = false
    const count = async () => {
      while (!isOver) {
        await setImmediate()
        turn += 1
      }
    }
    void count()
    return begin().finally(() => {
      isOver = true
    })
  }
  it('eight milliseconds are a part, and four turns of the event loop pass before the next', async () => {
    expect(await countTurns(() => render('ann', 9, 2))).toEqual([0, 0, 0, 0, 4, 4, 4, 4, 8])
  })

  it('less than eight milliseconds leave time for one more item, however long that takes', async () => {
    expect(await countTurns(() => render('ann', 4, 7.9))).toEqual([0, 0, 4, 4])
  })

  it('an item that takes a part by itself has one', async () => {
    expect(await countTurns(() => render('ann', 3, 8))).toEqual([0, 4, 8])
  })

  it('nothing to render takes no turn', async () => {
    const [nothing, one] = await countTurns(() =>
      Promise.all([renderInParts('ann', [], () => 'x'), render('ben', 1, 1)]),
    )
    expect([nothing, one]).toEqual([[], [0]])
  })

  it('what is begun when the time is spent waits for the next part, for whomever it is', async () => {
    expect(
      await countTurns(() => Promise.all([render('ann', 1, 8), render('ben', 1, 1), render('cat', 1, 1)])),
    ).toEqual([[0], [4], [8]])
  })

  it('what is begun while somebody waits waits behind them', async () => {
    const [first, second, third] = await countTurns(async () => {
      const waiting = [render('ann', 1, 8), render('ben', 1, 1), render('cat', 1, 1)]
      // Ben has his turn in the fourth, and leaves time; Cat still waits.
      while (turn < 5) await setImmediate()
      return Promise.all([render('dan', 1, 1), ...waiting.slice(1)])
    })
    expect([first, second, third]).toEqual([[12], [4], [8]])
  })

  it('the time is whole again some turns later, though nobody waited for it', async () => {
    const waited = await countTurns(async () => {
      await render('ann', 1, 8)
      for (let passed = 0; passed < 10; passed += 1) await setImmediate()
      const begunAt = turn
      const [renderedAt = 0] = await render('ben', 1, 1)
      return renderedAt - begunAt
    })
    expect(waited).toBe(0)
  })

  it('nothing to render waits for nobody, though the time is spent', async () => {
    const endedAt = await countTurns(async () => {
      await Promise.all([render('ann', 1, 8), renderInParts('ben', [], () => 'x')])
      return turn
    })
    expect(endedAt).toBe(0)
  })

  it('the last item leaves nothing to wait for', async () => {
    const endedAt = await countTurns(async () => {
      await render('ann', 2, 4)
      return turn
    })
    expect(endedAt).toBe(0)
  })

  it('what was begun for a person goes on before what waits for them', async () => {
    const [first, second, other] = await countTurns(() =>
      Promise.all([render('ann', 3, 8), render('ann', 1, 8), render('ben', 1, 8)]),
    )
    expect(first).toEqual([0, 4, 12])
    expect(other).toEqual([8])
    expect(second).toEqual([16])
  })

  it('250 may wait for one person, and one more is refused, to come back after three seconds', async () => {
    const refused: unknown[] = []
    await countTurns(() =>
      Promise.all([
        render('ann', 1, 8),
        ...items(251).map(() => render('ann', 1, 1).catch((error: unknown) => refused.push(error))),
        render('ben', 1, 1),
      ]),
    )
    expect(refused).toMatchObject([{ code: 'rate_limited', retryAfterMs: 3000 }])
  })
})
