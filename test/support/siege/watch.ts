import { readFile } from 'node:fs/promises'
import { get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/** How the server answered GET /health, each time over a new connection. */
export interface Health {
  readonly asked: number
  /** How many answers were 200 and in time. */
  readonly answered: number
  readonly medianMs: number
  readonly slowestMs: number
}

const healthEveryMs = 250
const memoryEveryMs = 100
/** How long a container's health check waits. */
const patienceMs = 5000

/** Watches a server from outside: whether it answers, and what memory it holds. */
export class Watch {
  /** The server's peak memory; 0 if the system does not tell. */
  peakBytes = 0
  readonly #url: string
  readonly #pid: number | undefined

  constructor(url: string, pid: number | undefined) {
    this.#url = url
    this.#pid = pid
  }

  /** Watches until the signal aborts. */
  async look(signal: AbortSignal): Promise<Health> {
    const [health] = await Promise.all([this.#askForHealth(signal), this.#readMemory(signal)])
    return health
  }

  async #askForHealth(signal: AbortSignal): Promise<Health> {
    const tookMs: number[] = []
    let answered = 0
    while (!signal.aborted) {
      const start = performance.now()
      const isWell = await this.#isWell()
      // A request that fails because the siege, or the server, ends meanwhile does not count.
      if (isWell || !signal.aborted) tookMs.push(performance.now() - start)
      if (isWell) answered += 1
      await delay(healthEveryMs, null, { signal }).catch(() => {})
    }
    tookMs.sort((a, b) => a - b)
    const [medianMs = 0, slowestMs = 0] = [tookMs[tookMs.length >> 1], tookMs.at(-1)]
    return { asked: tookMs.length, answered, medianMs, slowestMs }
  }

  /** Asks the kernel, since an overwhelmed server would not answer. Source: proc_pid_status(5), VmHWM. */
  async #readMemory(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const status = await readFile(`/proc/${this.#pid}/status`, 'utf8').catch(() => '')
      const [, kilobytes = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? []
      this.peakBytes = Math.max(this.peakBytes, Number(kilobytes) * 1024)
      await delay(memoryEveryMs, null, { signal }).catch(() => {})
    }
  }

  #isWell(): Promise<boolean> {
    return new Promise(resolve => {
      const signal = AbortSignal.timeout(patienceMs)
      get(new URL('/health', this.#url), { agent: false, signal }, response => {
        response.resume().on('end', () => resolve(response.statusCode === 200))
        response.on('error', () => resolve(false))
      }).on('error', () => resolve(false))
    })
  }
}
