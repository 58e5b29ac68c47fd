/** What `npm start` tells node to keep the server's memory small. Whatever else starts the server reads it here. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const file = join(fileURLToPath(new URL('..', import.meta.url)), 'package.json')

/** @type {string[]} */
export const nodeFlags = JSON.parse(readFileSync(file, 'utf8')).config.nodeFlags.split(' ')
