import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { projectRoot } from '../project-root.js'

const manifest = z
  .record(z.string(), z.string())
  .parse(JSON.parse(readFileSync(join(projectRoot, 'static', 'build', 'manifest.json'), 'utf8')))

/** The URL of a built file. Its name holds a hash of its content. */
export function assetUrl(
  name:
    | 'app.js'
    | 'app.css'
    | 'chat-tools.js'
    | 'device.js'
    | 'form-help.js'
    | 'log-in-again.js'
    | 'message-options.js'
    | 'notices.js'
    | 'pictures.js'
    | 'seen.js'
    | 'service-worker.js'
    | 'sheet.css'
    | 'stream.js'
    | 'viewer.css'
    | 'worker-notices.js',
): string {
  return `/static/build/${manifest[name]}`
}
