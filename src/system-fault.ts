/** The code of a system error, such as ENOENT; `unknown` for any other error. */
export function faultCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
}
