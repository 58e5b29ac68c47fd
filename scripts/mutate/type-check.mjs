/** Leaves out the mutants that the compiler refuses: nobody could make them unseen. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../process.mjs'
import { applyMutant } from './mutants.mjs'
import { ProjectCopy } from './project-copy.mjs'

/** Whoever takes out a call takes out the import that is unused then, too. */
const args = ['--noEmit', '--pretty', 'false', '--noUnusedLocals', 'false', '--noUnusedParameters', 'false']

/** The paths of the sources in which the compiler finds an error. */
async function filesWithErrors(folder) {
  const compiler = spawn(join(root, 'node_modules/.bin/tsc'), [...args, '-p', 'tsconfig.json'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  for await (const piece of compiler.stdout) output += piece
  return new Set(output.split('\n').flatMap(text => /^(src\/[^(]+)\(\d+,\d+\): error/.exec(text)?.[1] ?? []))
}

/**
 * The first `count` mutants that compile. One of each file is tried at a time; one that breaks another file alone is kept.
 * @param {Map<string, string>} sources texts by path
 */
export async function compiling(mutants, sources, count) {
  const copy = new ProjectCopy()
  const verdicts = new Map()
  const kept = () => mutants.filter(({ id }) => verdicts.get(id)).slice(0, count)
  try {
    for (;;) {
      const wanted = count - kept().length
      const untried = mutants.filter(({ id }) => !verdicts.has(id)).slice(0, Math.ceil(wanted * 1.5))
      if (wanted === 0 || untried.length === 0) return kept()
      const trial = new Map(untried.toReversed().map(mutant => [mutant.path, mutant]))
      copy.writeSources(new Map([...trial].map(([path, mutant]) => [path, applyMutant(sources.get(path), mutant)])))
      const broken = await filesWithErrors(copy.folder)
      for (const [path, { id }] of trial) verdicts.set(id, !broken.has(path))
      copy.writeSources(new Map([...trial.keys()].map(path => [path, sources.get(path)])))
    }
  } finally {
    copy.remove()
  }
}
