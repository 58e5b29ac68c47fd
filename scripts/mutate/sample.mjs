/** Draws a sample that a seed repeats. */

/** Numbers from 0 to 1 that look like chance: mulberry32, which is in the public domain. */
function* randomNumbers(seed) {
  let state = seed >>> 0
  for (;;) {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    yield ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The items in an order that the seed decides: its beginning is a sample. */
export function shuffle(items, seed) {
  const shuffled = [...items]
  const numbers = randomNumbers(seed)
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(numbers.next().value * (last + 1))
    ;[shuffled[last], shuffled[other]] = [shuffled[other], shuffled[last]]
  }
  return shuffled
}
