/** Runs test files in a copy of the project, in a process that is begun again when it hangs. */
import { fork } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ProjectCopy } from './project-copy.mjs'

/** What a test file may take beside three times what it took unchanged. */
const graceMs = 20_000

export class TestRunner {
  copy = new ProjectCopy()
  /** The paths of all test files, below the project's folder. */
  files = []
  #process = null
  #changed = new Set()

  /** Begins the process, unless it runs. */
  async start() {
    if (this.#process) return
    this.#process = fork(join(this.copy.folder, 'scripts/mutate/test-worker.mjs'), {
      cwd: this.copy.folder,
      env: { ...process.env, NODE_ENV: 'test', VITEST: 'true' },
      // A group of its own: whatever its tests begin can be ended with it.
      detached: true,
      stdio: ['ignore', 'ignore', process.env.MUTATE_DEBUG ? 'inherit' : 'ignore', 'ipc'],
    })
    const { files } = await this.#answer(60_000)
    this.files = files
  }

  /** Replaces texts of sources, given by path; the next run sees them. */
  async write(texts) {
    await this.copy.write(texts)
    for (const path of texts.keys()) this.#changed.add(path)
  }

  /**
   * Runs a test file.
   * @param {{ ms: number, slowestMs: number, except?: string[] }} usual what the file and its slowest test take unchanged, and
   *   the names of tests that are left out
   * @param {number} bail after how many failures it ends; 0 for never
   * @returns {Promise<{ passed: boolean, ms: number, slowestMs: number, failure: string | null, failing: string[], hung?: boolean }>}
   */
  async run(file, usual, bail = 1) {
    const from = performance.now()
    await this.start()
    const timeoutMs = Math.min(Math.max(20_000, usual.slowestMs * 3), 60_000)
    this.#process.send({ file, changed: [...this.#changed], timeoutMs, bail, except: usual.except ?? [] })
    this.#changed.clear()
    try {
      return await this.#answer(usual.ms * 3 + graceMs)
    } catch (error) {
      this.stop()
      return {
        passed: false,
        ms: Math.round(performance.now() - from),
        slowestMs: 0,
        failure: error.message,
        hung: true,
      }
    } finally {
      this.#endOrphans()
    }
  }

  /** Ends the process, and all that its tests have begun. */
  stop() {
    if (!this.#process) return
    try {
      process.kill(-this.#process.pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
    this.#process = null
  }

  /** Ends all, and removes the copy. */
  close() {
    this.stop()
    this.copy.remove()
  }

  #answer(timeoutMs) {
    const child = this.#process
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => settle(reject, new Error('it takes far longer than without the change')),
        timeoutMs,
      )
      const onExit = () => settle(reject, new Error('the process of the tests ended'))
      const onMessage = message => settle(resolve, message)
      function settle(how, value) {
        clearTimeout(timer)
        child.off('exit', onExit)
        child.off('message', onMessage)
        how(value)
      }
      child.once('exit', onExit)
      child.once('message', onMessage)
    })
  }

  /** What a test has begun and left running, as tests that fail may do, would take the time of those that follow. */
  #endOrphans() {
    if (process.platform !== 'linux' || !this.#process) return
    for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
      try {
        const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
        const [, parent, group] = rest.split(' ').map(Number)
        if (group === this.#process.pid && parent === 1) process.kill(Number(pid), 'SIGKILL')
      } catch {
        // It has ended meanwhile.
      }
    }
  }
}
