import { createLog } from '#src/ops/log.js'

/** A log that keeps its lines. */
export function captureLog() {
  const lines: string[] = []
  const log = createLog('trace', { write: line => void lines.push(line) })
  return { log, text: () => lines.join(''), entries: () => lines.map(line => JSON.parse(line)) }
}
