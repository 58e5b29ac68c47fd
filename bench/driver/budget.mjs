/** Compares figures with bench/budget.json. */

/**
 * @typedef {object} Limit what a figure may be at most
 * @property {string} program the program in bench/ that measures it
 * @property {string} figure its name
 * @property {string} [over] the figure by whose median it is divided first
 * @property {number} most
 * @property {string} source where the limit comes from
 * @property {string} [outOfReach] why `most` is the best that was reached, and not the goal
 */

/**
 * Every limit of the programs that ran, with the value that it is compared with. A figure that was not measured is a miss.
 * @param {readonly Limit[]} limits
 * @param {Record<string, Record<string, { median: number }>>} measured the figures of each program that ran
 */
export function checkBudget(limits, measured) {
  return limits
    .filter(({ program }) => program in measured)
    .map(limit => {
      const figures = measured[limit.program]
      const medianOf = name => figures[name]?.median ?? Number.NaN
      const value = limit.over === undefined ? medianOf(limit.figure) : medianOf(limit.figure) / medianOf(limit.over)
      // NaN is a miss too.
      return { ...limit, value, isKept: value <= limit.most }
    })
}
