import { type Browser, chromium } from '@playwright/test'
import { launchFirefox } from '../support/browser/firefox.js'
import { programPath } from '../support/program-path.js'
import type { Desktop } from './desktop.js'

/** A browser as the scenes are heard in it. */
export interface SpokenBrowser {
  /** The name of its transcript in docs/spoken/. */
  readonly id: 'firefox' | 'chromium'
  readonly title: string
  /** Starts it on a desktop. */
  open(desktop: Desktop): Promise<Browser>
}

/** The browsers, each with what has it tell assistive technology what it shows. */
export const browsers: readonly SpokenBrowser[] = [
  {
    id: 'firefox',
    title: 'Firefox',
    open: ({ env }) =>
      launchFirefox({ headless: false, env, firefoxUserPrefs: { 'accessibility.force_disabled': -1 } }),
  },
  {
    id: 'chromium',
    title: 'Chromium',
    open: ({ env }) =>
      chromium.launch({
        executablePath: programPath('CHROMIUM_PATH'),
        headless: false,
        env,
        args: ['--force-renderer-accessibility', '--no-sandbox', '--no-first-run'],
      }),
  },
]
