/** The bcrypt cost of a hash: each one more doubles the work. 0 for what is no such hash. */
export function costOf(hash: string): number {
  return Number(/^\$2[aby]\$(\d\d)\$/.exec(hash)?.[1] ?? 0)
}
