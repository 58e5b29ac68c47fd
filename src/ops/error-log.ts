const maxCauses = 3
const place = /^ {4}at \S.*$/

/** The parts of an error that may be logged: never its message, which may quote what people sent (a parser's does). */
export interface LoggedError {
  readonly type: string
  readonly code?: string | number
  readonly status?: number
  readonly syscall?: string
  readonly frames: readonly string[]
  readonly cause?: LoggedError
}

function pick(error: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(error, key)?.value
}

/** The lines of the stack trace that name places in the code. */
function placesOf({ stack = '', message }: Error): string[] {
  // The message comes first in a stack, and may contain lines that look like places.
  const start = message === '' ? 0 : stack.indexOf(message) + message.length
  return stack
    .slice(start)
    .split('\n')
    .filter(line => place.test(line))
    .map(line => line.trim())
}

/** An error as it is logged: its type, its code and where it happened. */
export function describeError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, frames: [] }
  const code = pick(error, 'code')
  const status = pick(error, 'status')
  const syscall = pick(error, 'syscall')
  const cause = pick(error, 'cause')
  return {
    type: error.constructor.name,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(typeof status === 'number' && { status }),
    ...(typeof syscall === 'string' && { syscall }),
    frames: placesOf(error),
    ...(cause instanceof Error && depth < maxCauses && { cause: describeError(cause, depth + 1) }),
  }
}
