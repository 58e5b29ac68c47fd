/** Watch mode: builds and restarts the server whenever a source changes. */
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { join } from 'node:path'
import { root } from './process.mjs'
import { build, install } from './setup.mjs'

await install()
let server
let pending

async function restart() {
  try {
    await build()
  } catch (error) {
    console.error(error.message)
    return
  }
  const old = server
  const start = () => {
    server = spawn(process.execPath, ['--enable-source-maps', join(root, 'dist/main.js')], {
      cwd: root,
      stdio: 'inherit',
    })
  }
  if (old && old.exitCode === null) {
    old.once('exit', start)
    old.kill('SIGTERM')
  } else start()
}

for (const folder of ['src', 'views', 'locales']) {
  watch(join(root, folder), { recursive: true }, () => {
    clearTimeout(pending)
    pending = setTimeout(restart, 100)
  })
}
await restart()
