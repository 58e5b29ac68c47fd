import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'

const script = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))

/**
 * Builds what is stale before tests run, in a second or two, and before each run of watch mode. Tests themselves run from the
 * sources; processes and threads that they begin run from dist/, and pages load what is in static/build/.
 */
function build(): void {
  execFileSync(process.execPath, [script, '--stale'], { stdio: 'inherit' })
}

/** Called by vitest. */
export function setup(project: TestProject): void {
  build()
  project.onTestsRerun(async () => build())
}
