/**
 * Starts servers that tests, benchmarks, trials and checks have for themselves. Each is apart from a server that an operator runs
 * here: it inherits none of our environment, and finds no `.env`, since it runs in a folder of its own.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * @typedef {object} OwnServerPlan
 * @property {string} program its path from the project's folder on
 * @property {string} folder where it runs, and keeps pictures unless `env` says otherwise; not the project's, where an
 *   operator's `.env` may lie
 * @property {readonly string[]} flags of node
 * @property {Readonly<Record<string, string | undefined>>} env all of its environment beside PATH
 * @property {import('node:child_process').StdioOptions} stdio
 * @property {readonly string[]} [before] what a shell does in its process before it starts
 */

/**
 * Starts one in a process of its own.
 * @param {OwnServerPlan} plan
 * @returns {import('node:child_process').ChildProcess}
 */
export function spawnServer({ program, folder, flags, env, stdio, before = [] }) {
  const command = [process.execPath, ...flags, join(root, program)]
  const [file = '', ...args] =
    before.length === 0 ? command : ['sh', '-c', [...before, 'exec "$@"'].join(' && '), 'sh', ...command]
  return spawn(file, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, UPLOAD_DIR: join(folder, 'uploads'), ...env },
    stdio,
  })
}
