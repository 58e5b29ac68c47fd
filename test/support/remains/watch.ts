import { setTimeout as delay } from 'node:timers/promises'
import type { Life } from './life.js'
import { goneWithinMs, type Place } from './places.js'
import { UnreadableMemory } from './process-memory.js'

/** What was found out about a place, on one line; `isKept` is null where nothing could be, or a promise that nobody gave is not kept. */
export interface Finding {
  readonly line: string
  readonly isKept: boolean | null
}

/** How long between two looks, ms. */
const betweenLooksMs = 300
/** How long a place is looked at after what it holds should be gone, so that it can be said when it went, ms. */
const patienceMs = 10_000

/** A line about a place that was not looked at. */
export const notChecked = (name: string, because: string): Finding => ({
  line: `${name}: not checked, because ${because}`,
  isKept: null,
})

/** Looks at a place again and again, until it is known what became of what it held. */
type Watch = () => Promise<Finding>

/**
 * Looks at places while a life goes on, one group after the other, and at all of them after its end, until nothing is left or the
 * patience is over.
 */
export async function watchPlaces(groups: readonly (readonly Place[])[], life: Life): Promise<Finding[]> {
  const watches: Watch[] = []
  for (const group of groups) watches.push(...(await Promise.all(group.map(place => beginWatch(place, life)))))
  return Promise.all(watches.map(watch => watch()))
}

async function beginWatch(place: Place, life: Life): Promise<Watch> {
  const notReadable = (error: unknown) => {
    if (error instanceof UnreadableMemory) return notChecked(place.name, error.message)
    throw error
  }
  if (place.holds === 'never') {
    const watching = watchEmpty(place, life)
    return () => watching
  }
  try {
    const held = describe(await place.search(life.marks), life)
    if (held === '') {
      const line = `${place.name}: the search is broken: it did not find what lives`
      return async () => ({ line, isKept: false })
    }
    return () => watchEnd(place, held, life).catch(notReadable)
  } catch (error) {
    const finding = notReadable(error)
    return async () => finding
  }
}

async function watchEmpty({ name, search, proof }: Place, { marks, endsAt }: Life): Promise<Finding> {
  const found = new Set<string>()
  let isProven = proof === undefined
  do {
    const sought = proof ? [...marks, proof] : marks
    for (const [index, count] of (await search(sought)).entries()) {
      const what = sought[index]
      if (count === 0 || what === undefined) continue
      if (what === proof) isProven = true
      else found.add(what.of)
    }
    await delay(betweenLooksMs)
  } while (Date.now() < endsAt + betweenLooksMs)
  if (!isProven) return { line: `${name}: the search is broken: it did not find ${proof?.of}`, isKept: false }
  if (found.size > 0)
    return { line: `${name}: found (${[...found].join(', ')}), though it never should be`, isKept: false }
  return { line: `${name}: not found${proof ? ` (the same search found ${proof.of})` : ''}`, isKept: true }
}

/** @param held what was there while all lived */
async function watchEnd(
  { name, search, withinMs, isPromised = true }: Place,
  held: string,
  life: Life,
): Promise<Finding> {
  const { marks, endsAt } = life
  const secondsSince = (moment: number) => ((moment - endsAt) / 1000).toFixed(1)
  const judged = (isKept: boolean) => (isKept || isPromised ? isKept : null)
  let isLate = false
  await delay(endsAt + goneWithinMs - Date.now())
  for (;;) {
    const lookedAt = Date.now()
    const left = describe(await search(marks), life)
    if (left === '') {
      const late = isLate ? `, which should have been within ${withinMs / 1000} s` : ''
      const line = `${name}: found, gone after ${secondsSince(lookedAt)} s${late} (while they lived: ${held})`
      return { line, isKept: judged(!isLate) }
    }
    if (lookedAt >= endsAt + withinMs) isLate = true
    if (lookedAt >= endsAt + withinMs + (isPromised ? patienceMs : 0)) {
      const line = `${name}: found, and still there after ${secondsSince(lookedAt)} s: ${left}`
      return { line: isPromised ? line : `${line} (nothing is promised of this place)`, isKept: judged(false) }
    }
    await delay(betweenLooksMs)
  }
}

function describe(counts: readonly number[], { marks }: Life): string {
  return marks
    .map(({ of }, index) => ({ of, count: counts[index] ?? 0 }))
    .filter(({ count }) => count > 0)
    .map(({ of, count }) => `${of} ${count}`)
    .join(', ')
}
