/**
 * Builds the server into dist/, and style sheet and scripts of the pages into static/build/, hashed and compressed ahead.
 * `--stale` builds only what its sources have outdated. Types are not checked here but by `npm run check`.
 */
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { filesBelow, fingerprint, isStale, writeStamp } from './freshness.mjs'
import { must, root } from './process.mjs'
import { writeModules } from './server-modules.mjs'

const src = join(root, 'src')
const browser = join(src, 'browser')
const dist = join(root, 'dist')
const pages = join(root, 'static', 'build')
const manifestFile = join(pages, 'manifest.json')

const isForBrowser = path => path.startsWith(`${browser}/`)
const settings = ['package-lock.json', 'tsconfig.json', 'scripts/build.mjs', 'scripts/server-modules.mjs'].map(name =>
  join(root, name),
)

const serverSources = () =>
  [...filesBelow('src')].filter(path => path.endsWith('.ts') && !path.endsWith('.d.ts') && !isForBrowser(path))
const luaSources = () => [...filesBelow('src')].filter(path => path.endsWith('.lua'))
const pageSources = () => [
  ...filesBelow('src/browser'),
  ...filesBelow('views'),
  ...filesBelow('locales'),
  join(root, 'tailwind.config.js'),
]

/**
 * Writes each source of the server as one module, and copies the scripts that Redis runs. Nothing is missing in between, as
 * servers may be starting.
 */
async function buildServer() {
  const [sources, scripts] = [serverSources(), luaSources()]
  await writeModules(root, sources)
  for (const path of scripts) {
    const copy = join(dist, relative(src, path))
    mkdirSync(dirname(copy), { recursive: true })
    copyFileSync(path, copy)
  }
  const written = new Set([...sources, ...scripts].map(path => relative(src, path).replace(/\.ts$/, '.js')))
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (/\.(js(\.map)?|lua)$/.test(name) && !written.has(name.replace(/\.map$/, ''))) rmSync(join(dist, name))
  }
}

/** Writes a file under a name with its hash, together with its brotli and gzip versions. Returns the name. */
function publish(name, content) {
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 8)
  const hashed = name.replace(/(\.\w+)$/, `-${hash}$1`)
  writeFileSync(join(pages, hashed), content)
  writeFileSync(
    join(pages, `${hashed}.br`),
    brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  )
  writeFileSync(join(pages, `${hashed}.gz`), gzipSync(content, { level: 9 }))
  return hashed
}

/**
 * For the scripts of which a page runs most when it opens: has V8 compile all functions in the background, and keep them
 * compiled in its cache, rather than compile each when it is first called.
 */
const runAtOnce = '//# allFunctionsCalledOnLoad\n'

async function bundle(entry, format, js, define = {}) {
  const result = await build({
    entryPoints: [join(browser, entry)],
    bundle: true,
    minify: true,
    format,
    target: 'es2022',
    legalComments: 'none',
    banner: js ? { js } : {},
    define,
    write: false,
  })
  return Buffer.from(result.outputFiles[0].contents)
}

/** The service worker, with what it says in each language: it cannot ask for that when it has something to say. */
function bundleWorker() {
  const said = [...filesBelow('locales')].sort().map(path => {
    return [basename(path, '.json'), JSON.parse(readFileSync(path, 'utf8'))['notices.message']]
  })
  const sentences = JSON.stringify(Object.fromEntries(said))
  return bundle('worker/service-worker.ts', 'iife', undefined, { sentences })
}

/** Our script, behind those of htmx that it needs. */
async function bundleWithHtmx(names, entry, format) {
  const ours = await bundle(entry, format)
  const vendor = names.map(name =>
    readFileSync(join(root, 'node_modules/htmx.org/dist', name), 'utf8').replace(/\/\/# sourceMappingURL=.*$/m, ''),
  )
  return Buffer.concat([Buffer.from(runAtOnce), Buffer.from(vendor.join(';\n')), Buffer.from(';\n'), ours])
}

async function buildStyle(entry) {
  const scratch = mkdtempSync(join(tmpdir(), 'ephemeral-chat-build-'))
  const file = join(scratch, entry)
  try {
    await must(join(root, 'node_modules/.bin/tailwindcss'), ['-i', `src/browser/${entry}`, '-o', file, '--minify'], {
      quiet: true,
      env: { NODE_ENV: 'production' },
    })
    return readFileSync(file)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Writes what pages load. The manifest names only what is there already, and the files of the last one go at the end. */
async function buildPages() {
  const assets = {
    'app.js': bundleWithHtmx(['htmx.min.js', 'ext/hx-ws.min.js'], 'main.ts', 'iife'),
    'app.css': buildStyle('app.css'),
    'chat-tools.js': bundle('chat-tools.ts', 'esm', runAtOnce),
    'device.js': bundle('device.ts', 'esm'),
    'form-help.js': bundle('form-help.ts', 'esm'),
    'log-in-again.js': bundle('log-in-again.ts', 'esm'),
    'lost-device.js': bundle('lost-device.ts', 'esm'),
    'message-options.js': bundle('message-options.ts', 'esm'),
    'notices.js': bundle('notices.ts', 'esm'),
    'pictures.js': bundle('pictures.ts', 'esm'),
    'seen.js': bundle('seen.ts', 'esm', runAtOnce),
    'service-worker.js': bundleWorker(),
    'sheet.css': buildStyle('sheet.css'),
    'stream.js': bundleWithHtmx(['ext/hx-sse.min.js'], 'stream.ts', 'esm'),
    'viewer.css': buildStyle('viewer.css'),
    'worker-notices.js': bundle('worker-notices.ts', 'esm'),
  }
  const contents = await Promise.all(Object.values(assets))
  mkdirSync(pages, { recursive: true })
  const manifest = Object.fromEntries(Object.keys(assets).map((name, index) => [name, publish(name, contents[index])]))
  writeFileSync(manifestFile, JSON.stringify(manifest))
  const named = new Set(Object.values(manifest))
  for (const name of readdirSync(pages)) {
    if (name !== 'manifest.json' && !named.has(name.replace(/\.(br|gz)$/, ''))) rmSync(join(pages, name))
  }
}

const parts = [
  { name: 'server', sources: [...serverSources(), ...luaSources()], result: join(dist, 'main.js'), write: buildServer },
  { name: 'pages', sources: pageSources(), result: manifestFile, write: buildPages },
]
const staleOnly = process.argv.includes('--stale')
await Promise.all(
  parts.map(async ({ name, sources, result, write }) => {
    const stamp = join(dist, `.built-${name}`)
    const print = fingerprint([...sources, ...settings])
    if (staleOnly && existsSync(result) && !isStale(stamp, print)) return
    if (staleOnly) console.log(`Building the ${name} ...`)
    await write()
    writeStamp(stamp, print)
  }),
)
