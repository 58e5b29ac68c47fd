import { ChatError } from '../chat/errors.js'

/** All rendering together takes this many milliseconds of a turn of the event loop: a message must not wait for pages. */
const partMs = 8
/**
 * How much may wait to be rendered for one person, and after how long one too many may be asked for again. A page waits
 * twice, for its list of chats and its messages: this is what a person may ask for in the longest wait of their budget.
 */
const mostWaiting = 250
const retryAfterMs = 3000

/**
 * So many turns of the event loop pass between two parts. Node takes one new connection a turn (since libuv 1.45): with a
 * part in each, whoever connects would wait for seconds behind a few hundred others.
 */
const turnsBetween = 4

type Begin = () => void

function afterTurns(turns: number, begin: Begin): void {
  setImmediate(turns > 1 ? () => afterTurns(turns - 1, begin) : begin)
}

/**
 * Long rendering goes on in parts, one a turn of the event loop. People take their turns in rotation, and what is rendered
 * for one person is so one after the other, so that memory holds one unfinished page of each.
 */
class RenderTurns {
  /** What waits, by person, in the order in which they are next. */
  readonly #waiting = new Map<string, Begin[]>()
  #isPassing = false
  #spentMs = 0

  /** Whether rendering may go on in this turn of the event loop. */
  get hasTime(): boolean {
    return this.#spentMs < partMs
  }

  /** Whether new work may begin at once: nobody waits, and there is time. */
  get isFree(): boolean {
    return this.#waiting.size === 0 && this.hasTime
  }

  /**
   * Resolves when new work may begin.
   * @throws ChatError `rate_limited` when too much waits for the same person
   */
  async begin(owner: string): Promise<void> {
    const queue = this.#waiting.get(owner) ?? []
    if (queue.length >= mostWaiting) throw new ChatError('rate_limited', retryAfterMs)
    await new Promise<void>(resolve => this.#wait(owner, [...queue, resolve]))
  }

  /** Resolves when work that was begun may go on: before all else that waits for the same person. */
  async goOn(owner: string): Promise<void> {
    await new Promise<void>(resolve => this.#wait(owner, [resolve, ...(this.#waiting.get(owner) ?? [])]))
  }

  /** Notes how long a part took. */
  spend(ms: number): void {
    this.#spentMs += ms
    this.#passLater()
  }

  #wait(owner: string, queue: Begin[]): void {
    this.#waiting.set(owner, queue)
    this.#passLater()
  }

  #passLater(): void {
    if (this.#isPassing) return
    this.#isPassing = true
    afterTurns(turnsBetween, () => {
      this.#isPassing = false
      this.#spentMs = 0
      this.#pass()
    })
  }

  #pass(): void {
    const [next] = this.#waiting
    if (!next) return
    const [owner, [begin, ...rest]] = next
    this.#waiting.delete(owner)
    if (rest.length > 0) this.#waiting.set(owner, rest)
    if (this.#waiting.size > 0) this.#passLater()
    begin?.()
  }
}

const turns = new RenderTurns()

/**
 * Renders items for a person, in their order, in parts between which everything else gets its turn.
 * @throws ChatError `rate_limited` when too much waits for that person already
 */
export async function renderInParts<T>(
  owner: string,
  items: readonly T[],
  render: (item: T, index: number) => string,
): Promise<string[]> {
  if (items.length === 0) return []
  // Without a wait where there is none: of many that begin at once, each must find what those before it have spent.
  if (!turns.isFree) await turns.begin(owner)
  const rendered: string[] = []
  let begunAt = performance.now()
  for (const [index, item] of items.entries()) {
    rendered.push(render(item, index))
    const now = performance.now()
    turns.spend(now - begunAt)
    begunAt = now
    if (turns.hasTime || index === items.length - 1) continue
    await turns.goOn(owner)
    begunAt = performance.now()
  }
  return rendered
}
