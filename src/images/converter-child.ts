import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { builtModule } from '../project-root.js'
import { type AnswerRecords, lengthOf, RecordReader } from './converter-records.js'

const program = fileURLToPath(builtModule('images/converter-process.js'))

/** The environment of the process: nothing of the server's, and what keeps pictures from being left behind. */
const environment = {
  // The C library overwrites freed memory, where a picture would stay.
  MALLOC_PERTURB_: '165',
  // libvips would write pixels over its threshold to a temporary file. It has no folder for one either.
  VIPS_DISC_THRESHOLD: '100g',
  TMPDIR: '/dev/null',
}

/** When memory runs out, the kernel ends the process with the highest score first; 1000 is the highest. */
const highestOomScore = '1000'

/** The process could not start, or ended before it had answered. */
export class ConverterEnded extends Error {
  override readonly name = 'ConverterEnded'

  /** @param cause what kept it from starting, if anything did */
  constructor(
    readonly code: number | null,
    readonly signal: string | null,
    cause?: unknown,
  ) {
    super('the process that reads pictures is over', { cause })
  }
}

/** A process that runs `converter-process.js`, from its start to its end. */
export class ConverterChild {
  readonly #log: Logger
  readonly #reader = new RecordReader()
  readonly #records: Buffer[] = []
  #process: ChildProcess | null = null
  #end: ConverterEnded | null = null
  #isReady = false
  #onChange: () => void = () => {}

  /** Starts it. If that fails, `ready` and `exchange` throw. */
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
   * Waits until it takes pictures. Ends it if it does not within `timeoutMs`.
   * @throws ConverterEnded
   */
  async ready(timeoutMs: number): Promise<void> {
    if (this.#isReady) return
    await this.#within(timeoutMs, () => this.#nextRecord())
    this.#isReady = true
  }

  /**
   * Sends it a file, and resolves with the records of its answer, which are the caller's to overwrite. Ends it if they
   * have not come within `timeoutMs`.
   * @throws ConverterEnded
   */
  exchange(file: Buffer, timeoutMs: number): Promise<AnswerRecords> {
    return this.#within(timeoutMs, async () => {
      this.#process?.stdin?.write(lengthOf(file))
      this.#process?.stdin?.write(file)
      return [await this.#nextRecord(), await this.#nextRecord(), await this.#nextRecord()]
    })
  }

  /** Ends it, and so frees all that it holds. */
  stop(): void {
    this.#process?.kill('SIGKILL')
    // Whoever waits is answered now: a process that is stuck in the kernel ends later.
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
    // A process that does not start has no exit, and no pipes either if descriptors have run out.
    child.on('error', error => this.#finish(new ConverterEnded(null, null, error)))
    child.once('exit', (code, signal) => this.#finish(new ConverterEnded(code, signal)))
    // Writing to a process that has died fails here; its exit is dealt with above.
    child.stdin?.on('error', () => {})
    child.stdout?.on('data', (piece: Buffer) => this.#take(piece))
    if (child.pid !== undefined) this.#giveWay(child.pid)
    return child
  }

  /**
   * Pictures give way to messages, but not wholly: at the lowest priority, a machine that is busy with others' work would
   * not let the process begin in time. To be called before it starts its threads, which inherit the priority.
   */
  #giveWay(pid: number): void {
    try {
      setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
      if (process.platform === 'linux') writeFileSync(`/proc/${pid}/oom_score_adj`, highestOomScore)
    } catch (error) {
      this.#log.warn({ err: error }, 'the priority of the picture process could not be lowered')
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
