/**
 * With what `npm start` starts the server: flags that keep its memory small, and what has the C library overwrite memory that is
 * freed. Whatever else starts the server reads it here.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const file = join(fileURLToPath(new URL('..', import.meta.url)), 'package.json')
const { config } = JSON.parse(readFileSync(file, 'utf8'))

/** @type {string[]} */
export const nodeFlags = config.nodeFlags.split(' ')
/**
 * Those of one of several nodes: what waits for Redis lives longer than a small young generation lets it.
 * Source: docs/scaling.md, "What a message costs"
 * @type {string[]}
 */
export const nodeFlagsOverRedis = config.nodeFlagsOverRedis.split(' ')
/**
 * Of the environment: freed memory is overwritten, also that of more than 64 bytes, which each thread would keep for itself.
 * Source: https://sourceware.org/glibc/manual/latest/html_node/Memory-Allocation-Tunables.html
 * @type {Record<string, string>}
 */
export const nodeEnvironment = { GLIBC_TUNABLES: config.mallocTunables }
