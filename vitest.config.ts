import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** What attacks a server for many seconds and measures whom it keeps waiting has the machine for itself. */
const alone = ['test/ops/siege.test.ts']

export default defineConfig({
  resolve: {
    // Node takes #src from dist/ (package.json); tests take it from the sources.
    alias: [{ find: /^#src\/(.*)\.js$/, replacement: `${fileURLToPath(new URL('./src/', import.meta.url))}$1.ts` }],
  },
  test: {
    globalSetup: 'test/support/fresh-build.ts',
    testTimeout: 20_000,
    hookTimeout: 20_000,
    pool: 'forks',
    // Most of these tests wait for moments to come rather than compute.
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
