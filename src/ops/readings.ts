import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import type { EngineStats } from '../chat/engine.js'

const loopResolutionMs = 20
const nanosecondsPerMs = 1_000_000

/** Figures that can be read at any time. Those of the engine are of all nodes together, the others of this one. */
export interface Readings extends EngineStats {
  /** Sockets and streams of people. */
  readonly connections: number
  /** TCP connections of any kind, and those among them with an incomplete request. */
  readonly tcpConnections: number
  readonly waitingConnections: number
  /** What all pictures count for, in bytes, on all nodes together. */
  readonly pictureBytesHeld: number
  /** How many bytes messages and pictures may hold. */
  readonly bytesLimit: number
  readonly pictureBytesLimit: number
  /** 1 while what the nodes share does not answer, else 0. */
  readonly storeAway: number
}

/** Reads them. */
export type ReadReadings = () => Promise<Readings>

/** Measures the lag of the event loop. */
export class LoopWatch {
  readonly #delay: IntervalHistogram

  constructor() {
    this.#delay = monitorEventLoopDelay({ resolution: loopResolutionMs })
    this.#delay.enable()
  }

  /** The worst lag in milliseconds since the last call. */
  takeWorstMs(): number {
    const worst = this.#delay.max / nanosecondsPerMs - loopResolutionMs
    this.#delay.reset()
    return Math.max(Math.round(worst), 0)
  }

  stop(): void {
    this.#delay.disable()
  }
}
