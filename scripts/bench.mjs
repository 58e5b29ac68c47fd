/** Runs the benchmarks: every program in bench/, or those that are named. bench/results.md has the results. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './process.mjs'
import { build, install } from './setup.mjs'

const folder = join(root, 'bench')
const named = process.argv.slice(2)

/** A file that exports something is a module, not a program. */
const isProgram = file => file.endsWith('.mjs') && !/^export /m.test(readFileSync(join(folder, file), 'utf8'))

const programs = readdirSync(folder)
  .filter(isProgram)
  .map(file => file.slice(0, -'.mjs'.length))
  .filter(name => named.length === 0 || named.includes(name))

try {
  await install()
  await build()
  if (programs.length === 0) throw new Error(`bench/ holds no ${named.join(', ') || 'program'}`)
  for (const name of programs) {
    console.log(`\n${name}`)
    if ((await run(process.execPath, [join(folder, `${name}.mjs`)])) !== 0) process.exitCode = 1
  }
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
