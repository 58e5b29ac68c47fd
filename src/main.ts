import { createRequire } from 'node:module'
import { refuseLowLimit } from './descriptors.js'

const refusal = refuseLowLimit()
if (refusal !== null) {
  console.error(refusal)
  process.exit(1)
}

// Loads modules one after the other. `import` opens hundreds of files at once, more than a low limit of descriptors
// allows.
createRequire(import.meta.url)('./start.js')
