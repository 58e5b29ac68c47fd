/** Reckons with measured values. A figure is a median with the lowest and the highest of its rounds. */

/**
 * The value below which a share of the values lies, by the nearest rank; NaN without values.
 * @param {readonly number[]} values in any order
 * @param {number} share from 0 to 1
 */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

/**
 * The value in the middle, or the mean of the two in the middle; NaN without values.
 * @param {readonly number[]} values in any order
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1)
  return middle.reduce((sum, value) => sum + value, 0) / middle.length
}

/**
 * The figure of what was measured in several rounds.
 * @param {readonly number[]} values one a round
 */
export function figureOf(values) {
  return { median: median(values), low: Math.min(...values), high: Math.max(...values) }
}

/**
 * What a program measured, each value as a figure. A program may name a single number, which is then all of its figure.
 * @param {Record<string, number | { median: number, low: number, high: number }>} measured
 * @returns {Record<string, { median: number, low: number, high: number }>}
 */
export function figuresOf(measured) {
  const figures = {}
  for (const [name, value] of Object.entries(measured)) {
    figures[name] = typeof value === 'number' ? { median: value, low: value, high: value } : value
  }
  return figures
}

/** What is measured round by round, under the names of what it is. */
export class Series {
  #values = new Map()

  /** Adds the value of a round. */
  note(name, value) {
    const values = this.#values.get(name)
    if (values) values.push(value)
    else this.#values.set(name, [value])
  }

  /** The figure of each name, in the order in which they came. */
  get figures() {
    return Object.fromEntries([...this.#values].map(([name, values]) => [name, figureOf(values)]))
  }
}
