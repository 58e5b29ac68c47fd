import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { projectRoot } from '#src/project-root.js'

/** The OPERATOR_TOKEN of servers that are verified, and of the command. */
export const token = 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW'

/** How a run of the command has ended. */
export interface Ended {
  readonly code: number
  readonly lines: readonly string[]
  readonly err: string
}

/** Begins `npm run verify-ephemeral -- ...`, without npm. `end` sends it a signal. */
export function verify(...args: readonly string[]): {
  readonly ended: Promise<Ended>
  end(signal: NodeJS.Signals): void
} {
  const command = [join(projectRoot, 'scripts', 'verify-ephemeral.mjs'), ...args]
  const env = { PATH: process.env.PATH ?? '', OPERATOR_TOKEN: token }
  let end: (signal: NodeJS.Signals) => void = () => {}
  const ended = new Promise<Ended>(resolve => {
    const child = execFile(process.execPath, command, { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), lines: out.trim().split('\n'), err: err.trim() })
    })
    end = signal => void child.kill(signal)
  })
  return { ended, end: signal => end(signal) }
}
