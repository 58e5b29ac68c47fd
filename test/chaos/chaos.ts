import { availableParallelism } from 'node:os'
import { chooseByWords } from '../../scripts/command.mjs'
import { NotAllowed } from '../support/leftovers.js'
import type { Fault, Finding } from './fault.js'
import { faults } from './faults.js'
import { tableOf } from './table.js'

/** What became of a fault. */
export interface Result {
  readonly fault: Fault
  readonly verdict: 'kept' | 'broken' | 'not tried'
  /** Null where the fault could not be tried to its end. */
  readonly finding: Finding | null
  /** Why not; '' where there is a finding. */
  readonly why: string
}

/** What `npm run chaos` is asked for. */
export interface ChaosPlan {
  readonly isShort: boolean
  /** Parts of the names of those faults that are wanted, in any case; all if empty. */
  readonly wanted: readonly string[]
  /** Takes each line that is to be read. */
  readonly say: (line: string) => void
}

/** What came of the faults that were chosen: how many were kept, broken, and not tried. */
export interface Outcomes {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** A fault mostly waits, so that some happen at once. */
const atOnce = Math.max(2, Math.min(6, availableParallelism() * 2))

async function tryFault(fault: Fault, isShort: boolean): Promise<Result> {
  try {
    const finding = await fault.run(isShort)
    return { fault, finding, why: '', verdict: finding.broken.length > 0 ? 'broken' : 'kept' }
  } catch (error) {
    if (error instanceof NotAllowed) return { fault, finding: null, why: error.message, verdict: 'not tried' }
    const why = error instanceof Error ? error.stack : String(error)
    return { fault, finding: null, why: `the trial failed: ${why}`, verdict: 'broken' }
  }
}

/** Does each fault to a server of its own, prints what came of all, and counts it. @throws Refusal */
export async function chaos({ isShort, wanted, say }: ChaosPlan): Promise<Outcomes> {
  const all = faults.filter(fault => fault.isShort || !isShort)
  const chosen = chooseByWords(all, wanted, isShort ? 'fault of the short form' : 'fault')
  say(`Does ${chosen.length} of ${faults.length} faults to servers of its own; a line follows when one is over.`)
  const queue = chosen.filter(({ isAlone }) => !isAlone).sort((a, b) => a.takesS - b.takesS)
  const results = new Map<Fault, Result>()
  const tryNext = async (fault: Fault) => {
    const result = await tryFault(fault, isShort)
    results.set(fault, result)
    say(`${results.size} of ${chosen.length}: ${fault.name}: ${result.verdict}`)
  }
  const work = async () => {
    for (let fault = queue.pop(); fault; fault = queue.pop()) await tryNext(fault)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  for (const fault of chosen) if (fault.isAlone) await tryNext(fault)
  const ordered = chosen.flatMap(fault => results.get(fault) ?? [])
  for (const line of tableOf(ordered)) say(line)
  const count = (verdict: Result['verdict']) => ordered.filter(result => result.verdict === verdict).length
  return { passed: count('kept'), failed: count('broken'), skipped: count('not tried') }
}
