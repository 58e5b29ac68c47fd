import { defineConfig } from '@playwright/test'
import type { WorkerFixtures } from './test/support/browser/fixtures.js'

/** See `findBrowsers` in scripts/setup.mjs. */
const executablePath = process.env.HEADLESS_SHELL_PATH ?? process.env.CHROMIUM_PATH
const isWhole = process.env.WHOLE === '1'

export default defineConfig<object, WorkerFixtures>({
  testDir: 'test/browser',
  testMatch: '**/*.spec.ts',
  fullyParallel: true,
  // Most tests wait for a while: three leave a fifth of two processors idle. With six the processes that read pictures, which give
  // way to all others, starve on a busy machine.
  workers: 4,
  retries: 0,
  // Only against a test that hangs: what has to be quick says so itself.
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: process.env.CI === 'true',
  projects: [
    { name: 'sockets' },
    // Once more where no socket gets through, but what is about sockets or without a script: whole by `npm run streams`,
    // and what is about the line itself, rather than the page alone (@page), within `npm test`.
    {
      name: 'streams',
      testMatch: isWhole ? '**/*.spec.ts' : /(hidden-tab|journey|limits|live|resilience|sleeping|vanishing)\.spec\.ts/,
      testIgnore: /(without-script|languages)\.spec\.ts/,
      grepInvert: isWhole ? /@sockets|without JavaScript/ : /@sockets|@long|@page|without JavaScript/,
      use: { transport: 'streams' },
    },
    // And over two nodes, but what has a server of its own (@own): whole by `npm run nodes`, and within `npm test` how people
    // begin, chat, and get over faults of their line.
    {
      name: 'nodes',
      testMatch: isWhole ? '**/*.spec.ts' : /(journey|live|resilience)\.spec\.ts/,
      grepInvert: isWhole ? /@own/ : /@own|@long|@page/,
      use: { nodes: 2 },
    },
  ],
  use: {
    browserName: 'chromium',
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
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
    // Traces double the time of the tests.
    trace: 'off',
    screenshot: 'only-on-failure',
  },
})
