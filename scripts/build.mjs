/** Builds dist/ (the server) and static/build/ (style sheet and script, hashed and compressed ahead). */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { must, root } from './process.mjs'

const out = join(root, 'static', 'build')
const scratch = mkdtempSync(join(tmpdir(), 'ephemeral-chat-build-'))
const bin = name => join(root, 'node_modules', '.bin', name)

/** Writes one file under a name that holds its hash, beside its brotli and gzip forms; returns that name. */
function publish(name, content) {
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 10)
  const hashed = name.replace(/(\.\w+)$/, `-${hash}$1`)
  writeFileSync(join(out, hashed), content)
  writeFileSync(
    join(out, `${hashed}.br`),
    brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  )
  writeFileSync(join(out, `${hashed}.gz`), gzipSync(content, { level: 9 }))
  return hashed
}

async function bundle(entry, format) {
  const { build } = await import('esbuild')
  const result = await build({
    entryPoints: [join(root, 'src/browser', entry)],
    bundle: true,
    minify: true,
    format,
    target: 'es2022',
    legalComments: 'none',
    write: false,
  })
  return Buffer.from(result.outputFiles[0].contents)
}

async function buildScript() {
  const ours = await bundle('main.ts', 'iife')
  const vendor = ['htmx.min.js', 'ext/hx-ws.min.js', 'ext/hx-sse.min.js']
    .map(name =>
      readFileSync(join(root, 'node_modules/htmx.org/dist', name), 'utf8').replace(/\/\/# sourceMappingURL=.*$/m, ''),
    )
    .join(';\n')
  return Buffer.concat([Buffer.from(vendor), Buffer.from(';\n'), ours])
}

async function buildStyle() {
  const file = join(scratch, 'app.css')
  await must(bin('tailwindcss'), ['-i', 'src/browser/app.css', '-o', file, '--minify'], {
    quiet: true,
    env: { NODE_ENV: 'production' },
  })
  return readFileSync(file)
}

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
rmSync(join(root, 'dist'), { recursive: true, force: true })
const [script, notices, pictures, stream, style] = await Promise.all([
  buildScript(),
  bundle('notices.ts', 'esm'),
  bundle('pictures.ts', 'esm'),
  bundle('stream.ts', 'esm'),
  buildStyle(),
  must(bin('tsc'), ['-p', 'tsconfig.json']),
])
const manifest = {
  'app.js': publish('app.js', script),
  'app.css': publish('app.css', style),
  'notices.js': publish('notices.js', notices),
  'pictures.js': publish('pictures.js', pictures),
  'stream.js': publish('stream.js', stream),
}
writeFileSync(join(out, 'manifest.json'), JSON.stringify(manifest))
rmSync(scratch, { recursive: true, force: true })
