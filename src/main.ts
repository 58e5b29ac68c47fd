import { createRequire } from 'node:module'

// Loads the modules one after the other. `import` opens hundreds of them at once, more than a low limit of descriptors lets.
createRequire(import.meta.url)('./start.js')
