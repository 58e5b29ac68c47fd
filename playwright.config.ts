import { defineConfig } from '@playwright/test'
import type { WorkerFixtures } from './test/browser/fixtures.js'

export default defineConfig<object, WorkerFixtures>({
  testDir: 'test/browser',
  testMatch: '**/*.spec.ts',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  timeout: 30_000,
  forbidOnly: process.env.CI === 'true',
  projects: [
    { name: 'sockets' },
    // Everything once more where no socket gets through, but what is about sockets or without a script.
    {
      name: 'streams',
      testIgnore: /(without-script|languages)\.spec\.ts/,
      grepInvert: /@sockets|without JavaScript/,
      use: { transport: 'streams' },
    },
  ],
  use: {
    browserName: 'chromium',
    launchOptions: {
      ...(process.env.CHROMIUM_PATH ? { executablePath: process.env.CHROMIUM_PATH } : {}),
      args: [
        '--no-sandbox',
        '--disable-quic',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
    timezoneId: 'Asia/Kolkata',
    locale: 'en-GB',
    // A trace doubles the time of a test, and with it of all.
    trace: 'off',
    screenshot: 'only-on-failure',
  },
})
