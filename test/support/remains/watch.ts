import { setTimeout as delay } from 'node:timers/promises'
import { type Life, ShortLives } from './life.js'
import type { Mark } from './marks.js'
import { goneWithinMs, type Place } from './places.js'
import { Unreadable } from './unreadable.js'

/** What was found out about a place, on one line. */
export interface Finding {
  readonly line: string
  /** Null where the place could not be looked at, or nothing is promised of it and something was left. */
  readonly isKept: boolean | null
  readonly isChecked: boolean
}

/** How long between two looks, ms. */
const betweenLooksMs = 300
/** How long a place is looked at after what it holds should be gone, so that it can be said when it went, ms. */
const patienceMs = 10_000

/** A line about a place that was not looked at. */
export const notChecked = (name: string, because: string): Finding => ({
  line: `${name}: not checked, because ${because}`,
  isKept: null,
  isChecked: false,
})

const checked = (line: string, isKept: boolean | null): Finding => ({ line, isKept, isChecked: true })

/** What the first look at a place found of what lives, in words; what it did not find, and what of that it had to. */
interface FirstLook {
  readonly held: string
  readonly absent: readonly Mark[]
  readonly missed: readonly Mark[]
}

/**
 * Looks at places while a life goes on, those of one group after those of the one before, and at all of them after its end, until
 * nothing is left or the patience is over. Those that never hold anything are looked at all the time.
 * @throws ShortLives
 */
export async function watchPlaces(groups: readonly (readonly Place[])[], life: Life): Promise<Finding[]> {
  const places = groups.flat()
  const looks = new Map<Place, Promise<FirstLook>>()
  let before: Promise<unknown> = Promise.resolve()
  for (const group of groups) {
    const living = group.filter(({ holds }) => holds === 'while it lives')
    const turn = before
    for (const place of living)
      looks.set(
        place,
        turn.then(() => lookFirst(place, life)),
      )
    before = Promise.allSettled(living.map(place => looks.get(place)))
  }
  const watches = places.map(async place => {
    try {
      const look = looks.get(place)
      return look ? await watchEnd(place, await look, life) : await watchEmpty(place, life)
    } catch (error) {
      if (error instanceof Unreadable) return notChecked(place.name, error.message)
      throw error
    }
  })
  return Promise.all(watches)
}

async function lookFirst({ search, proofs, isAbout }: Place, life: Life): Promise<FirstLook> {
  const sought = seek(life, proofs)
  const counts = await search(sought)
  const missed = proofs.filter(proof => !counts[sought.indexOf(proof)])
  refuseLate(missed, life)
  return {
    held: describe(counts, life),
    absent: (isAbout ?? life.marks).filter(mark => !counts[sought.indexOf(mark)]),
    missed,
  }
}

/** All marks of a life, and what proves a search and is none of them. */
const seek = ({ marks }: Life, proofs: readonly Mark[]) => [...new Set([...marks, ...proofs])]

const namesOf = (marks: readonly Mark[]) => marks.map(({ of }) => of).join(', ')

/** What was not found by a first look proves nothing once it may have ended. @throws ShortLives */
function refuseLate(missed: readonly Mark[], { wholeUntil }: Life): void {
  if (missed.length > 0 && Date.now() > wholeUntil) throw new ShortLives(`Not found in time: ${namesOf(missed)}`)
}

const broken = (name: string, missed: readonly Mark[]): Finding =>
  checked(`${name}: the search is broken: it did not find ${namesOf(missed)}`, false)

const notFound = (name: string, proofs: readonly Mark[]): Finding => {
  const proven = proofs.length > 0 ? ` (the same search found ${proofs.map(({ of }) => of).join(' and ')})` : ''
  return checked(`${name}: not found${proven}`, true)
}

async function watchEmpty({ name, search, proofs, withoutProof }: Place, life: Life): Promise<Finding> {
  const found = new Set<Mark>()
  const sought = seek(life, proofs)
  const missed = () => proofs.filter(proof => !found.has(proof))
  for (let looks = 0; looks === 0 || Date.now() < life.endsAt + betweenLooksMs; looks += 1) {
    const counts = await search(sought)
    for (const [index, mark] of sought.entries()) if (counts[index]) found.add(mark)
    const wrong = life.marks.filter(mark => found.has(mark))
    if (wrong.length > 0) return checked(`${name}: found (${namesOf(wrong)}), though it never should be`, false)
    if (looks === 0 && withoutProof === undefined) refuseLate(missed(), life)
    await delay(betweenLooksMs)
  }
  if (missed().length === 0) return notFound(name, proofs)
  return withoutProof === undefined ? broken(name, missed()) : notChecked(name, withoutProof)
}

async function watchEnd(place: Place, { held, absent, missed }: FirstLook, life: Life): Promise<Finding> {
  const { name, search, proofs, withinMs, isPromised = true } = place
  if (missed.length > 0) return broken(name, missed)
  const { marks, endsAt } = life
  const secondsSince = (moment: number) => ((moment - endsAt) / 1000).toFixed(2)
  const judged = (isKept: boolean) => (isKept || isPromised ? isKept : null)
  let isLate = false
  let isFirst = true
  if (isPromised && Date.now() > endsAt + goneWithinMs) throw new ShortLives(`The first look took too long: ${name}`)
  await delay(endsAt + goneWithinMs - Date.now())
  for (;;) {
    const lookedAt = Date.now()
    const left = describe(await search(marks), life)
    if (left === '') {
      if (held === '') return notFound(name, proofs)
      const late = isLate ? `, which should have been within ${withinMs / 1000} s` : ''
      const without = absent.length > 0 ? `, and at no time ${namesOf(absent)}` : ''
      const when = `gone after ${secondsSince(lookedAt)} s${isFirst ? ', at the first look' : ''}${late}`
      return checked(`${name}: found, ${when} (before its end it held ${held}${without})`, judged(!isLate))
    }
    if (lookedAt >= endsAt + withinMs) isLate = true
    if (lookedAt >= endsAt + withinMs + (isPromised ? patienceMs : 0)) {
      const line = `${name}: found, and still there after ${secondsSince(lookedAt)} s: ${left}`
      return checked(isPromised ? line : `${line} (nothing is promised of this place)`, judged(false))
    }
    isFirst = false
    await delay(betweenLooksMs)
  }
}

function describe(counts: readonly number[], { marks }: Life): string {
  return marks
    .map(({ of }, index) => ({ of, count: counts[index] ?? 0 }))
    .filter(({ count }) => count > 0)
    .map(({ of, count }) => `${of} ${count === 1 ? 'once' : `${count} times`}`)
    .join(', ')
}
