/** What reading one picture may take: the process that takes more of it ends itself with `tooLargeExitCode`. */
export const most = {
  /**
   * Resident bytes of the whole process: some 70 MB of its own, and what 256 MB decoded take. docs/hosting.md counts with
   * two such processes.
   */
  bytes: 512 * 1_048_576,
  /** Milliseconds of processor time: less than the server waits, so that it is known whose fault a late answer is. */
  cpuMs: 7000,
}

/** Often enough that between two looks no more than some megabytes are filled. */
const everyMs = 10

/** Says that a picture was too large for the process that read it. */
export const tooLargeExitCode = 77

/**
 * Ends this process once it uses more than `most`. It watches itself, because the server's event loop may be late while
 * decoding leaves this one free. The returned function restarts the count of processor time.
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
