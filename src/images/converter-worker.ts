import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import type { ConversionProblem, ImageRules, Picture } from './conversion.js'
import { FrameReader, lengthOf, readAnswer } from './converter-frames.js'

type Child = ChildProcessByStdio<Writable, Readable, null>

const program = fileURLToPath(new URL('./converter-process.js', import.meta.url))

/** What the process is told: nothing of ours, and three things for the sake of the pictures. */
const environment = {
  // The C library overwrites what is freed, so that no picture stays behind in memory that nobody owns.
  MALLOC_PERTURB_: '165',
  // Over its threshold libvips would put pixels into a file, and where it may not find a folder it cannot.
  VIPS_DISC_THRESHOLD: '100g',
  TMPDIR: '/dev/null',
}

/** One process that converts one picture at a time, started with the first and ended when idle. */
export class ConverterWorker {
  readonly #rules: ImageRules
  readonly #idleMs: number
  readonly #log: Logger
  readonly #onCrash: (code: number | null, signal: string | null) => void
  #child: Child | null = null
  #idleTimer: NodeJS.Timeout | null = null

  /** @param onCrash told that the process ended in the middle of a picture */
  constructor(
    rules: ImageRules,
    idleMs: number,
    log: Logger,
    onCrash: (code: number | null, signal: string | null) => void,
  ) {
    this.#rules = rules
    this.#idleMs = idleMs
    this.#log = log
    this.#onCrash = onCrash
  }

  /** Converts a picture; one that takes longer than `timeoutMs`, or brings the process down, is invalid. */
  async convert(file: Buffer, timeoutMs: number): Promise<Picture | ConversionProblem> {
    if (this.#idleTimer) clearTimeout(this.#idleTimer)
    const child = this.#child ?? this.#start()
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    try {
      return await this.#exchange(child, file)
    } finally {
      clearTimeout(timer)
      this.#idleTimer = setTimeout(() => this.stop(), this.#idleMs).unref()
    }
  }

  /** Ends the process, and with it all that it has ever held. */
  stop(): void {
    if (this.#idleTimer) clearTimeout(this.#idleTimer)
    this.#child?.kill('SIGKILL')
    this.#child = null
  }

  #start(): Child {
    const { maxWidth, maxHeight, quality } = this.#rules
    const child = spawn(process.execPath, [program, String(maxWidth), String(maxHeight), String(quality)], {
      env: environment,
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    this.#giveWay(child)
    // Writing to a process that has died fails here; the picture's own answer tells of it.
    child.stdin.on('error', () => {})
    child.once('exit', () => {
      if (this.#child === child) this.#child = null
    })
    this.#child = child
    return child
  }

  /** Before the process begins any thread: those inherit it. A picture may wait for a message, never the other way about. */
  #giveWay({ pid }: Child): void {
    try {
      if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW)
    } catch (error) {
      this.#log.warn({ err: error }, 'the process that reads pictures keeps its priority')
    }
  }

  #exchange(child: Child, file: Buffer): Promise<Picture | ConversionProblem> {
    const reader = new FrameReader()
    return new Promise((resolve, reject) => {
      let head: Buffer | null = null
      const finish = () => {
        child.stdout.off('data', take)
        child.off('exit', crash)
        child.off('error', fail)
        reader.wipe()
      }
      const take = (piece: Buffer) => {
        reader.add(piece)
        head ??= reader.take()
        const bytes = head && reader.take()
        if (!head || !bytes) return
        finish()
        resolve(readAnswer(head, bytes))
      }
      const crash = (code: number | null, signal: string | null) => {
        finish()
        this.#onCrash(code, signal)
        resolve('image_invalid')
      }
      const fail = (error: Error) => {
        finish()
        reject(error)
      }
      child.stdout.on('data', take)
      child.once('exit', crash)
      child.once('error', fail)
      child.stdin.write(lengthOf(file))
      child.stdin.write(file)
    })
  }
}
