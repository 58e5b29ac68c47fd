/** Runs programs for the other scripts. Plain JavaScript: it works before anything is installed. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** What ends a command: Ctrl+C, a service manager, a terminal that is closed. What it has made must be cleared then. */
export const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP']

const children = new Set()
for (const signal of endingSignals) {
  const forward = () => {
    if (children.size === 0) process.exit(130)
    for (const child of children) child.kill(signal)
  }
  process.on(signal, forward)
}

/** Removes the signal handlers when the set-up is done. */
export function releaseSignals() {
  for (const signal of endingSignals) process.removeAllListeners(signal)
}

/** Runs a program to its end; resolves with its exit code. Its output goes to ours unless `quiet`. */
export function run(command, args, { env = {}, quiet = false, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: quiet ? ['ignore', 'ignore', 'inherit'] : ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    })
    children.add(child)
    child.on('error', error => {
      children.delete(child)
      reject(error)
    })
    child.on('exit', (code, signal) => {
      children.delete(child)
      if (signal) process.exit(130)
      resolve(code ?? 1)
    })
  })
}

/** Runs a program and throws unless its exit code is 0. */
export async function must(command, args, options) {
  const code = await run(command, args, options)
  if (code !== 0) throw new Error(`"${command} ${args.join(' ')}" ended with ${code}`)
}
