import { readFileSync } from 'node:fs'
import { releaseSignals } from './process.mjs'
import { build, install } from './setup.mjs'

/** As src/descriptors.ts has it, which may not be built yet. */
const fewestDescriptors = 128

/** Ends the process if it may open too few files: npm and the build would name anything but that. */
function refuseLowLimit() {
  let limits = ''
  try {
    limits = readFileSync('/proc/self/limits', 'utf8')
  } catch {
    // The system does not tell.
    return
  }
  const limit = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? fewestDescriptors)
  if (limit >= fewestDescriptors) return
  console.error(`The limit of open files is ${limit} but must be at least ${fewestDescriptors} (ulimit -n).`)
  process.exit(1)
}

refuseLowLimit()
try {
  await install(undefined, { isStart: true })
  await build()
} catch (error) {
  console.error(`The set-up failed: ${error.message}`)
  process.exit(1)
}
releaseSignals()
await import('../dist/main.js')
