/** Writes what was measured as Markdown. */

/** A number with three digits that count, or all digits before the point. */
export function short(value) {
  if (!Number.isFinite(value)) return '-'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en-US', { maximumFractionDigits: digits })
}

const row = cells => `| ${cells.join(' | ')} |`

/**
 * The figures of programs as a table.
 * @param {Record<string, { figures: Record<string, { median: number, low: number, high: number }> }>} programs
 */
export function figureTable(programs) {
  const rows = Object.entries(programs).flatMap(([program, { figures }]) =>
    Object.entries(figures).map(([name, { median, low, high }]) =>
      row([program, name, short(median), low === high ? '' : `${short(low)} to ${short(high)}`]),
    ),
  )
  return [row(['program', 'measure', 'median', 'rounds']), row(['---', '---', '---:', '---:']), ...rows].join('\n')
}

/**
 * The limits as a table.
 * @param {ReturnType<typeof import('./budget.mjs').checkBudget>} checks
 */
export function budgetTable(checks) {
  const rows = checks.map(({ figure, over, most, value, isKept, outOfReach }) =>
    row([
      over === undefined ? figure : `${figure} / ${over}`,
      short(value),
      short(most),
      `${isKept ? 'kept' : 'missed'}${outOfReach === undefined ? '' : ` (best reached: ${outOfReach})`}`,
    ]),
  )
  return [row(['limit', 'measured', 'at most', '']), row(['---', '---:', '---:', '---']), ...rows].join('\n')
}
