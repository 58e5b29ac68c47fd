/** The bcrypt cost of a hash: one more doubles the work. 0 for anything else than such a hash. */
export function costOf(hash: string): number {
  return Number(/^\$2[aby]\$(\d\d)\$/.exec(hash)?.[1] ?? 0)
}
