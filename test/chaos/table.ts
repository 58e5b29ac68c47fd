import type { Result } from './chaos.js'

const headings = ['fault', 'sent', 'lost', 'doubled', 'astray', 'not sent', 'waiting', 'p99 ms', 'most ms', 'promise']

/** Lines of equal columns: words to the left, numbers to the right. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const isNumber = (cell: string) => /^[\d.,]+$/.test(cell)
  const written = (cell: string, width = 0) => (isNumber(cell) ? cell.padStart(width) : cell.padEnd(width))
  return rows.map(row =>
    row
      .map((cell, column) => written(cell, widths[column]))
      .join('  ')
      .trimEnd(),
  )
}

/** What came of all faults: a table, what people were told in each, and what was broken. */
export function tableOf(results: readonly Result[]): string[] {
  const rows = results.map(({ fault, finding, verdict }) => {
    const { sent, lost, doubled, astray, notSent, waiting, p99Ms, mostMs } = finding ?? {}
    const counts = [sent, lost, doubled, astray, notSent, waiting, p99Ms, mostMs].map(count => `${count ?? '-'}`)
    return [fault.name, ...counts, verdict]
  })
  const told = results.flatMap(({ fault, finding, why, verdict }) => [
    `${fault.name}: ${finding?.told ?? (verdict === 'not tried' ? `not tried, because ${why}` : why)}`,
    ...(finding?.broken ?? []).map(sentence => `  broken: ${sentence}`),
  ])
  return ['', ...columns([headings, ...rows]), '', 'What people, or the operator, were told:', ...told, '']
}
