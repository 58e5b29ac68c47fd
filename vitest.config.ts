import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Tests that attack a server for many seconds and measure delays run alone. */
const alone = ['test/ops/siege.test.ts']

export default defineConfig({
  resolve: {
    // Node takes #src from dist/ (package.json); tests take it from the sources.
    alias: [{ find: /^#src\/(.*)\.js$/, replacement: `${fileURLToPath(new URL('./src/', import.meta.url))}$1.ts` }],
  },
  test: {
    globalSetup: 'test/support/fresh-build.ts',
    // Only against a test that hangs: what has to be quick says so itself.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Most of these tests wait rather than compute.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: alone,
        },
      },
      { extends: true, test: { name: 'alone', include: alone, sequence: { groupOrder: 1 } } },
    ],
  },
})
