import { createRequire } from 'node:module'

// Loads modules one after the other. `import` opens hundreds of files at once, more than a low limit of descriptors
// allows.
createRequire(import.meta.url)('./start.js')
