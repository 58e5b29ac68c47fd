/** Where a program is that a command has found by scripts/setup.mjs, such as "FIREFOX_PATH". @throws Error if it has not */
export function programPath(name: string): string {
  const path = process.env[name]
  if (!path) throw new Error(`${name} is not set: begin the tests by their command, which finds the program`)
  return path
}
