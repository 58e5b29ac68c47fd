/** Installs and builds what is missing or stale. Plain JavaScript: it works before anything is installed. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fingerprint, isStale, writeStamp } from './freshness.mjs'
import { must, root, run } from './process.mjs'

/**
 * Installs the locked dependencies, including those of the build, if they are missing or stale.
 * @param {string} [folder] whose; the project's if left out
 */
export async function install(folder = root) {
  const stamp = join(folder, 'node_modules', '.locked')
  const print = fingerprint([join(folder, 'package-lock.json')])
  if (!isStale(stamp, print)) return
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
  if (missing) throw new Error(`A screen reader is needed: install what is missing (Debian: apt-get install ${missing})`)
}
