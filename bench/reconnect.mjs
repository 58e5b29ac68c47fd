/**
 * What 2,000 pages cost the server when they all reconnect to unchanged rooms, compared with their first connection.
 * Measures the server's CPU time, which it reports over IPC.
 */
import { build } from '../scripts/setup.mjs'
import { bundle, importBundled } from './bundled.mjs'

await build()
await bundle('reconnect-server')
const { measureReconnect } = await importBundled('reconnect-cost')
const result = await measureReconnect({ people: 2000 })
console.table(result)
process.exit(result.ratio < 1.5 ? 0 : 1)
