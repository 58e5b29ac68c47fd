import { defineConfig } from '@playwright/test'
import type { EngineName } from './fixtures.js'

/** The journeys of `npm run engines`: each once in every engine. */
export default defineConfig<object, { engineName: EngineName }>({
  testDir: '.',
  outputDir: '../../test-results',
  fullyParallel: true,
  workers: 4,
  retries: 0,
  // Only against a test that hangs: what has to be quick says so itself.
  timeout: 90_000,
  expect: { timeout: 15_000 },
  forbidOnly: process.env.CI === 'true',
  projects: (['chromium', 'firefox', 'webkit'] as const).map(engineName => ({ name: engineName, use: { engineName } })),
})
