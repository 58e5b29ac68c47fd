import { releaseSignals } from './process.mjs'
import { build, install } from './setup.mjs'

try {
  await install()
  await build()
} catch (error) {
  console.error(`The set-up failed: ${error.message}`)
  process.exit(1)
}
releaseSignals()
await import('../dist/main.js')
