/** A place cannot be searched. The message says why: a clause that follows "because". */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/** The code of an error of the system, such as EACCES; its text where it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

/** Says of an error of the system that `what` is why a place cannot be searched. @throws Unreadable */
export function refuse(what: string): (error: unknown) => never {
  return error => {
    throw new Unreadable(`${what} (${codeOf(error)})`, { cause: error })
  }
}
