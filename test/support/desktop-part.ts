import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { clearAtExit } from './leftovers.js'

/** How long a part of the desktop may take to begin, also on a busy machine. */
const patienceMs = 30_000

/** Of Xvfb: has it make a display that nobody sees, under the first number that is free, which it prints. */
export const displayArguments = ['-displayfd', '1', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp']

/** A program of a desktop that nobody sees, with what it starts itself. */
export class DesktopPart {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  readonly #forget: () => void
  /** What it has printed so far. */
  output = ''
  /** What went wrong so far, in its words. */
  errors = ''

  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    const stdio: StdioOptions = ['ignore', 'pipe', 'pipe']
    // A group of its own, which ends as a whole.
    this.#child = spawn(command, args, { env, stdio, detached: true })
    this.#child.stdout?.on('data', data => {
      this.output += data
    })
    this.#child.stderr?.on('data', data => {
      this.errors += data
    })
    this.#child.on('error', error => {
      this.errors += String(error)
    })
    this.#ended = once(this.#child, 'close').catch(() => {})
    this.#forget = clearAtExit(() => this.#signal('SIGKILL'))
  }

  /** Resolves with the first line that it prints. */
  async firstLine(): Promise<string> {
    await until(
      () => this.output.includes('\n'),
      () => `${this.#child.spawnfile} prints nothing: ${this.errors}`,
    )
    return this.output.slice(0, this.output.indexOf('\n'))
  }

  /** The processor time that it has taken, in hundredths of a second; 0 once it has ended. Source: proc_pid_stat(5) */
  get ticks(): number {
    try {
      const fields = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return Number(fields[11]) + Number(fields[12])
    } catch {
      return 0
    }
  }

  /** Has it stand still while something is done. What it is told meanwhile waits for it. */
  async holdWhile(act: () => Promise<unknown>): Promise<void> {
    this.#signal('SIGSTOP')
    try {
      await act()
    } finally {
      this.#signal('SIGCONT')
    }
  }

  async end(): Promise<void> {
    this.#signal('SIGTERM')
    await Promise.race([this.#ended, sleep(2000, undefined, { ref: false })])
    this.#signal('SIGKILL')
    this.#forget()
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch (error) {
      // All of the group has ended.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }
}

/** Waits until something is so. @throws Error with `otherwise`, if that takes too long */
export async function until(isSo: () => boolean | Promise<boolean>, otherwise: string | (() => string)): Promise<void> {
  const end = Date.now() + patienceMs
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(typeof otherwise === 'string' ? otherwise : otherwise())
    await sleep(50)
  }
}
