/** What reading one picture may take. A process that takes more ends itself with `tooLargeExitCode`. */
export const most = {
  /**
   * Resident bytes of the whole process: some 70 MB of its own, and what 256 MB of decoded pixels take. docs/hosting.md
   * counts with two such processes.
   */
  bytes: 512 * 1_048_576,
  /**
   * Milliseconds of processor time: less than the server waits, so that a picture that takes long is known as the
   * cause.
   */
  cpuMs: 7000,
}

/** Often enough that only some megabytes are filled between two checks. */
const everyMs = 10

/** The exit code of a process that met a picture too large for it. */
export const tooLargeExitCode = 77

/**
 * Ends this process once it uses more than `most`. The process watches itself, because the server's event loop may be
 * late while this one is free during decoding. The returned function restarts the count of CPU time.
 */
export function watchConsumption({ bytes, cpuMs } = most): () => void {
  let before = process.cpuUsage()
  setInterval(() => {
    const { user, system } = process.cpuUsage(before)
    const isOver = process.memoryUsage.rss() > bytes || (user + system) / 1000 > cpuMs
    if (isOver) process.exit(tooLargeExitCode)
  }, everyMs).unref()
  return () => {
    before = process.cpuUsage()
  }
}
