import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { lengthOf, RecordReader } from './converter-records.js'

const program = fileURLToPath(new URL('./converter-process.js', import.meta.url))

/** What the process is told: nothing of ours, and three things for the sake of the pictures. */
const environment = {
  // The C library overwrites what is freed, so that no picture stays behind in memory that nobody owns.
  MALLOC_PERTURB_: '165',
  // Over its threshold libvips would put pixels into a file, and where it may not find a folder it cannot.
  VIPS_DISC_THRESHOLD: '100g',
  TMPDIR: '/dev/null',
}

/** The kernel ends the process with the highest figure first where memory runs out; 1000 is the most there is. */
const firstToGo = '1000'

/** The process could not begin, or ended before it had answered. */
export class ConverterEnded extends Error {
  override readonly name = 'ConverterEnded'

  /** @param cause what kept it from beginning, if anything did */
  constructor(
    readonly code: number | null,
    readonly signal: string | null,
    cause?: unknown,
  ) {
    super('the process that reads pictures is over', { cause })
  }
}

/** A process of `converter-process.js`, from its beginning to its end. */
export class ConverterChild {
  readonly #log: Logger
  readonly #reader = new RecordReader()
  readonly #records: Buffer[] = []
  #process: ChildProcess | null = null
  #end: ConverterEnded | null = null
  #isReady = false
  #onChange: () => void = () => {}

  /** Begins it. Where it cannot begin, that is told to whoever awaits a record. */
  constructor(args: readonly string[], log: Logger) {
    this.#log = log
    try {
      this.#process = this.#begin(args)
    } catch (error) {
      this.#finish(new ConverterEnded(null, null, error))
    }
  }

  get isOver(): boolean {
    return this.#end !== null
  }

  /**
   * Waits until it reads pictures. One that does not within `timeoutMs` is ended.
   * @throws ConverterEnded
   */
  async ready(timeoutMs: number): Promise<void> {
    if (this.#isReady) return
    await this.#within(timeoutMs, () => this.#nextRecord())
    this.#isReady = true
  }

  /**
   * Gives it a file, and answers with the two records that it writes, which are the caller's to overwrite. One that has not
   * written them within `timeoutMs` is ended.
   * @throws ConverterEnded
   */
  exchange(file: Buffer, timeoutMs: number): Promise<[Buffer, Buffer]> {
    return this.#within(timeoutMs, async () => {
      this.#process?.stdin?.write(lengthOf(file))
      this.#process?.stdin?.write(file)
      return [await this.#nextRecord(), await this.#nextRecord()]
    })
  }

  /** Ends it, and with it all that it has ever held. */
  stop(): void {
    this.#process?.kill('SIGKILL')
    // Whoever waits is answered now: one that the kernel holds does not end before it lets go.
    this.#finish(new ConverterEnded(null, 'SIGKILL'))
  }

  async #within<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.stop(), timeoutMs)
    try {
      return await work()
    } finally {
      clearTimeout(timer)
    }
  }

  async #nextRecord(): Promise<Buffer> {
    for (;;) {
      const record = this.#records.shift()
      if (record) return record
      if (this.#end) throw this.#end
      await new Promise<void>(resolve => {
        this.#onChange = resolve
      })
    }
  }

  #begin(args: readonly string[]): ChildProcess {
    const child: ChildProcess = spawn(process.execPath, [program, ...args], {
      env: environment,
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    // One that does not begin has no exit, and where descriptors have run out no pipes either.
    child.on('error', error => this.#finish(new ConverterEnded(null, null, error)))
    child.once('exit', (code, signal) => this.#finish(new ConverterEnded(code, signal)))
    // Writing to a process that has died fails here; its end tells of it.
    child.stdin?.on('error', () => {})
    child.stdout?.on('data', (piece: Buffer) => this.#take(piece))
    if (child.pid !== undefined) this.#giveWay(child.pid)
    return child
  }

  /** Before the process begins any thread: those inherit it. A picture may wait for a message, never the other way about. */
  #giveWay(pid: number): void {
    try {
      setPriority(pid, constants.priority.PRIORITY_LOW)
      if (process.platform === 'linux') writeFileSync(`/proc/${pid}/oom_score_adj`, firstToGo)
    } catch (error) {
      this.#log.warn({ err: error }, 'the process that reads pictures does not give way to the server')
    }
  }

  #take(piece: Buffer): void {
    this.#reader.add(piece)
    for (let record = this.#reader.take(); record; record = this.#reader.take()) this.#records.push(record)
    this.#onChange()
  }

  #finish(end: ConverterEnded): void {
    this.#end ??= end
    this.#process?.stdout?.removeAllListeners('data')
    this.#reader.wipe()
    for (const record of this.#records.splice(0)) record.fill(0)
    this.#onChange()
  }
}
