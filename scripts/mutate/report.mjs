/** Says what came of the mutants. */

const oneLine = (text, length = 70) => {
  const flat = text.replace(/\s+/g, ' ')
  return flat.length > length ? `${flat.slice(0, length - 3)}...` : flat
}

/** A mutant in one line: where, what, and the id that tries it again. */
export const describeMutant = ({ id, path, line, operator, original, replacement }) =>
  `${path}:${line} ${operator}: ${oneLine(original)} -> ${oneLine(replacement)} [${id}]`

const percent = (part, all) => `${all === 0 ? 100 : Math.round((1000 * part) / all) / 10} %`

/** What became of one trial, in one line. */
export function describeTrial({ mutant, status, by, failure, ran, count }) {
  if (status !== 'survived') return `${status} by ${by}: ${describeMutant(mutant)}\n    ${oneLine(failure ?? '', 110)}`
  const tests = count === 0 ? 'no test enters it' : `${ran.length} of ${count} test files ran`
  return `survived: ${describeMutant(mutant)} (${tests})`
}

/** Lines that sum up all trials: the survivors, a score for each folder, the score. */
export function summarize(trials) {
  const isCaught = ({ status }) => status !== 'survived'
  const caught = trials.filter(isCaught)
  const survivors = trials.filter(trial => !isCaught(trial))
  const uncovered = survivors.filter(({ count }) => count === 0)
  const unfinished = survivors.filter(({ waiting }) => waiting.length > 0)
  return [
    '',
    'Survivors:',
    ...survivors
      .toSorted((a, b) => a.mutant.path.localeCompare(b.mutant.path) || a.mutant.line - b.mutant.line)
      .map(describeTrial),
    '',
    ...[...byFolder(trials)]
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([folder, all]) => `${folder}: ${percent(all.filter(isCaught).length, all.length)} of ${all.length}`),
    `survivors that no test enters: ${uncovered.length}`,
    `survivors for which the time was too short to run all tests: ${unfinished.length}`,
    `score: ${percent(caught.length, trials.length)}`,
    '',
    `${caught.length} passed, ${survivors.length} failed`,
  ]
}

function byFolder(trials) {
  const groups = new Map()
  for (const trial of trials) {
    const folder = trial.mutant.path.split('/').slice(0, 2).join('/')
    groups.set(folder, [...(groups.get(folder) ?? []), trial])
  }
  return groups
}
