import { ChatError } from '../chat/errors.js'

/** All rendering together may take this long in one turn of the event loop, so that messages need not wait for pages. */
const partMs = 8
/**
 * How many renderings may wait for one person, and how long to wait before trying again beyond that. A page needs two: its
 * list of chats and its messages. These are as many as RATE_LIMIT_REQUESTS lets a person ask for in the longest wait.
 */
const mostWaiting = 250
const retryAfterMs = 3000

/**
 * How many turns of the event loop pass between two parts; fewer if nobody waits and less was rendered. Node accepts one new connection a turn (since libuv 1.45). With
 * a part in every turn, a new connection would wait for seconds behind a few hundred others.
 */
const turnsBetween = 4

type Begin = () => void

/** The share of the turns between two parts that a shorter one calls for. */
function turnsOf(spentMs: number): number {
  return (turnsBetween * spentMs) / partMs
}

/**
 * Splits long rendering into parts, so that other work gets its turn between them. People are served in rotation. What is
 * rendered for one person is rendered one after the other, so that memory holds one unfinished page of each at most.
 */
class RenderTurns {
  /** What waits, by person. The first entry is next. */
  readonly #waiting = new Map<string, Begin[]>()
  #isPassing = false
  #spentMs = 0

  /** Whether rendering may go on in this turn of the event loop. */
  get hasTime(): boolean {
    return this.#spentMs < partMs
  }

  /** Whether new work may begin at once: nobody waits, and this turn has time left. */
  get isFree(): boolean {
    return this.#waiting.size === 0 && this.hasTime
  }

  /**
   * Resolves when new work may begin.
   * @throws ChatError `rate_limited` if too much waits for the same person
   */
  async begin(owner: string): Promise<void> {
    const queue = this.#waiting.get(owner) ?? []
    if (queue.length >= mostWaiting) throw new ChatError('rate_limited', retryAfterMs)
    await new Promise<void>(resolve => this.#wait(owner, [...queue, resolve]))
  }

  /** Resolves when work that has begun may go on. It comes before everything else that waits for the same person. */
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
    this.#passAfter(0)
  }

  #passAfter(turns: number): void {
    const isSoonEnough = turns >= turnsBetween || (this.#waiting.size === 0 && turns >= turnsOf(this.#spentMs))
    if (turns === 0 || !isSoonEnough) {
      setImmediate(() => this.#passAfter(turns + 1))
      return
    }
    this.#isPassing = false
    this.#spentMs = 0
    this.#pass()
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
 * Renders items in order, in parts between which other work gets its turn.
 * @param owner the person for whom they are rendered
 * @throws ChatError `rate_limited` if too much waits for that person already
 */
export async function renderInParts<T>(
  owner: string,
  items: readonly T[],
  render: (item: T, index: number) => string,
): Promise<string[]> {
  if (items.length === 0) return []
  // No await if nobody waits: of many that begin in one turn, each must see the time that those before it have spent.
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
