import type { Push, Pushes } from '#src/push/push.js'

/** Where what reaches push services would stand: takes note of whom it is to tell. Several nodes may share one. */
export class RecordedPushes implements Pushes {
  readonly added: Push[] = []
  readonly #hearers: ((userId: string, deviceId: string) => void)[] = []

  /** The ids of the devices that were to be told so far, and nothing more of these. */
  takeDevices(): string[] {
    return this.added.splice(0).map(({ device }) => device.id)
  }

  /** Where those devices are that were to be told so far. */
  get endpoints(): string[] {
    return this.added.map(({ device }) => device.endpoint)
  }

  add(push: Push): void {
    this.added.push(push)
  }

  onGone(hear: (userId: string, deviceId: string) => void): void {
    this.#hearers.push(hear)
  }

  /** The push service of a device no longer knows it. */
  tellGone(userId: string, deviceId: string): void {
    for (const hear of this.#hearers) hear(userId, deviceId)
  }

  stop(): void {}
}
