import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { tooLargeExitCode } from '#src/images/converter-watch.js'

const converterWatch = new URL('../../dist/images/converter-watch.js', import.meta.url).href

test.each([
  ['memory', 'const taken = []; setInterval(() => taken.push(Buffer.alloc(1e7, 1)), 1)'],
  ['time of the processor', 'setInterval(() => { for (let n = 0; n < 1e5; n++) Math.sqrt(n) }, 0)'],
])('a process that takes more %s than a picture may ends itself', async (_what, work) => {
  const program = `
    import { watchConsumption } from '${converterWatch}'
    watchConsumption({ bytes: 200e6, cpuMs: 400 })
    ${work}`
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])
  await expect(run).rejects.toMatchObject({ code: tooLargeExitCode })
})
