import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { projectRoot } from '#src/project-root.js'

/** Runs the short form of a command in a process of its own; resolves with its exit code and what it wrote. */
export async function runShortForm(script: string): Promise<{ code: unknown; output: string }> {
  const child = spawn(process.execPath, [join(projectRoot, 'scripts', script), '--short'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // It clears what it has made when it is asked to end, and not when it is killed.
  const end = () => child.kill('SIGTERM')
  process.once('exit', end)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      output += text.toString()
    })
  }
  const [code] = await once(child, 'close')
  process.off('exit', end)
  return { code, output }
}
