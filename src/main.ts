import { createRequire } from 'node:module'

// `require` loads modules one by one. `import` opens hundreds of files at once, which a low limit of descriptors does not allow.
createRequire(import.meta.url)('./start.js')
