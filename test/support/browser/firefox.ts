import { join } from 'node:path'
import { type Browser, firefox, type LaunchOptions } from '@playwright/test'
import { projectRoot } from '#src/project-root.js'
import { programPath } from '../program-path.js'

/**
 * Starts the Firefox that `findFirefox` in scripts/setup.mjs has found, for Playwright to drive. Its contexts need `colorScheme: null`:
 * it can emulate none.
 */
export const launchFirefox = ({ env = process.env, ...options }: LaunchOptions): Promise<Browser> =>
  firefox.launch({
    channel: 'moz-firefox',
    executablePath: join(projectRoot, 'test', 'support', 'browser', 'firefox-bridge.mjs'),
    env: { ...env, FIREFOX_PATH: programPath('FIREFOX_PATH') },
    ...options,
  })
