/** Installs and builds what is missing or stale. Plain JavaScript: it works before anything is installed. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from './command.mjs'
import { fingerprint, isStale, writeStamp } from './freshness.mjs'
import { must, root, run } from './process.mjs'

/**
 * Whether a folder holds a server that is built and only the packages that it runs with, as docs/hosting.md has it: one may run from
 * there now.
 */
function isForServing(folder) {
  const has = path => existsSync(join(folder, path))
  return has('dist/main.js') && has('node_modules/express') && !has('node_modules/esbuild')
}

/**
 * Installs the locked dependencies, including those of the build, if they are missing or stale.
 * @param {string} [folder] whose; the project's if left out
 * @param {{ isStart?: boolean }} [options] `isStart`: for the server that is started there
 * @throws where a server may run from the folder: npm removes all packages before it installs them
 */
export async function install(folder = root, { isStart = false } = {}) {
  const stamp = join(folder, 'node_modules', '.locked')
  const print = fingerprint([join(folder, 'package-lock.json')])
  if (!isStale(stamp, print)) return
  if (!isStart && isForServing(folder))
    throw new Refusal(
      `A server may run from ${folder}: it has no packages of development, and installing them takes the others away for seconds. Run this in another clone: git clone ${folder} ANOTHER-FOLDER`,
    )
  console.log('Installing the locked dependencies ...')
  await must('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    quiet: true,
    cwd: folder,
  })
  writeStamp(stamp, print)
}

/** Builds the server into dist/ and the browser's files into static/build/ if their sources have changed. */
export async function build() {
  await must(process.execPath, [join(root, 'scripts', 'build.mjs'), '--stale'])
}

const asRoot = () => process.getuid?.() === 0
const onDebian = () => existsSync('/usr/bin/apt-get')

async function aptInstall(...names) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await must('apt-get', ['update', '-qq'], { env, quiet: true })
  await must('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { env, quiet: true })
}

/** The path of a Redis server that is there; undefined if there is none. */
export function installedRedisServer() {
  const named = [process.env.REDIS_SERVER_PATH, '/usr/bin/redis-server', '/usr/local/bin/redis-server']
  return [...named, '/usr/bin/valkey-server', '/opt/homebrew/bin/redis-server'].find(path => path && existsSync(path))
}

/** Resolves with the path of a Redis server: an existing one, or one installed with the system's package manager. */
export async function findRedisServer() {
  const known = installedRedisServer()
  if (known) return known
  if (asRoot() && onDebian()) {
    console.log('Installing a Redis server for the tests ...')
    await aptInstall('redis-server')
    return '/usr/bin/redis-server'
  }
  throw new Error(
    'The tests need a Redis server: install it (Debian: apt-get install redis-server) or name it in REDIS_SERVER_PATH',
  )
}

/** Resolves with the path of a Chromium: an existing one, or one installed with the system's package manager. */
export async function findChromium() {
  const named = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  const known = named.filter(path => path && existsSync(path))
  if (known[0]) return known[0]
  const { chromium } = await import('@playwright/test')
  if (existsSync(chromium.executablePath())) return chromium.executablePath()
  if (asRoot() && onDebian()) {
    console.log('Installing Chromium for the browser tests ...')
    await aptInstall('chromium')
    return '/usr/bin/chromium'
  }
  if ((await run('npx', ['playwright', 'install', 'chromium']).catch(() => 1)) === 0) return chromium.executablePath()
  throw new Error(
    'The browser tests need Chromium: install it (Debian: apt-get install chromium) or name it in CHROMIUM_PATH',
  )
}

/**
 * Resolves with the environment variables that name the browsers of the tests: a full Chromium, which one test needs,
 * and its headless shell for the others, which takes half the time. If there is no shell, or a browser was named, the
 * full one is used for all.
 */
export async function findBrowsers() {
  const chromium = await findChromium()
  return {
    CHROMIUM_PATH: chromium,
    HEADLESS_SHELL_PATH: process.env.CHROMIUM_PATH ? chromium : await findShell(chromium),
  }
}

async function findShell(chromium) {
  const shell = '/usr/bin/chromium-headless-shell'
  if (existsSync(shell)) return shell
  if (chromium !== '/usr/bin/chromium' || !asRoot() || !onDebian()) return chromium
  console.log("Installing Chromium's headless shell for the browser tests ...")
  return aptInstall('chromium-headless-shell').then(
    () => shell,
    () => chromium,
  )
}

const firstThere = paths => paths.find(path => path && existsSync(path))

/**
 * Resolves with the path of a Firefox: an existing one, or one installed with the system's package manager. Not Playwright's own,
 * which is not as people have it.
 */
export async function findFirefox() {
  const known = firstThere([process.env.FIREFOX_PATH, '/usr/bin/firefox-esr', '/usr/bin/firefox'])
  if (known) return known
  if (asRoot() && onDebian()) {
    console.log('Installing Firefox ...')
    await aptInstall('firefox-esr')
    return '/usr/bin/firefox-esr'
  }
  throw new Error('Firefox is needed: install it (Debian: apt-get install firefox-esr) or name it in FIREFOX_PATH')
}

/** Where WebKitGTK has its own little browser: in a folder named after the processor, under the version of its interface. */
function installedMiniBrowser() {
  const folders = ['/usr/libexec', '/usr/lib', ...readdirSync('/usr/lib').map(name => join('/usr/lib', name))]
  const versions = ['webkitgtk-6.0', 'webkit2gtk-4.1', 'webkit2gtk-4.0']
  return firstThere(folders.flatMap(folder => versions.map(version => join(folder, version, 'MiniBrowser'))))
}

/**
 * Resolves with the environment variables that name what drives WebKit, and the browser that it drives: existing ones, or such as
 * were installed with the system's package manager, together with a display for it that nobody sees.
 */
export async function findWebKit() {
  const find = () => ({
    WEBKIT_DRIVER_PATH: firstThere([process.env.WEBKIT_DRIVER_PATH, '/usr/bin/WebKitWebDriver']),
    WEBKIT_BROWSER_PATH: firstThere([process.env.WEBKIT_BROWSER_PATH]) ?? installedMiniBrowser(),
    XVFB_PATH: firstThere([process.env.XVFB_PATH, '/usr/bin/Xvfb']),
  })
  if (Object.values(find()).includes(undefined) && asRoot() && onDebian()) {
    console.log('Installing WebKitGTK and a display for it ...')
    await aptInstall('webkit2gtk-driver', 'xvfb', 'fonts-dejavu-core', 'fonts-noto-core')
  }
  const found = find()
  if (!Object.values(found).includes(undefined)) return found
  throw new Error(
    'WebKit is needed: install WebKitWebDriver, MiniBrowser and Xvfb (Debian: apt-get install webkit2gtk-driver xvfb) or name them in WEBKIT_DRIVER_PATH, WEBKIT_BROWSER_PATH and XVFB_PATH',
  )
}

/** What a desktop with a screen reader is made of: programs, and the packages of Debian that bring them. */
const desktopParts = {
  '/usr/bin/Xvfb': 'xvfb',
  '/usr/bin/dbus-daemon': 'dbus-daemon',
  '/usr/bin/openbox': 'openbox',
  '/usr/bin/xdotool': 'xdotool',
  '/usr/libexec/at-spi-bus-launcher': 'at-spi2-core',
  '/usr/bin/speech-dispatcher': 'speech-dispatcher',
  '/usr/bin/orca': 'orca',
}

/** Installs what is missing of a desktop with the screen reader Orca. */
export async function installScreenReader() {
  const findMissing = () => Object.entries(desktopParts).flatMap(([path, name]) => (existsSync(path) ? [] : name))
  if (findMissing().length > 0 && asRoot() && onDebian()) {
    console.log('Installing the screen reader Orca, and a desktop for it ...')
    await aptInstall(...findMissing()).catch(error => console.error(error.message))
  }
  const missing = findMissing().join(' ')
  if (missing)
    throw new Error(`A screen reader is needed: install what is missing (Debian: apt-get install ${missing})`)
}
