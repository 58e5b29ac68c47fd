import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))

/** Tests that replace modules or globals, or measure their own process: each gets one where no other test has run. */
const isolated = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.test.ts'))
  .map(name => join('test', name))
  .filter(path =>
    /\bvi\.(mock|doMock|stubGlobal)\(|eventLoopUtilization\(|process\.(memoryUsage|cpuUsage)/.test(
      readFileSync(join(root, path), 'utf8'),
    ),
  )

/** The processes that read pictures give way to all others, so pictures that are large or in a hurry would wait for other tests. */
const heavy = ['test/http/pictures/heavy-pictures.test.ts', 'test/images/converter.test.ts']

/**
 * Tests of what has to happen within a fraction of a second, or by a server that is kept busy: each has a processor to itself.
 * Tests that need a process of their own (above) are none of these.
 */
const timed = [
  'test/http/too-many-requests.test.ts',
  'test/accounts/store/file-store.test.ts',
  'test/descriptors.test.ts',
  'test/live/handshake.test.ts',
  'test/live/chatting.test.ts',
  'test/live/vanishing.test.ts',
  'test/clock-steps.test.ts',
  'test/api/fuzz-connections.test.ts',
  'test/ops/metrics.test.ts',
  'test/ops/verify-ephemeral.test.ts',
  'test/ops/verify-running-server.test.ts',
]

/** Tests that attack a server for many seconds and measure delays run alone, one after the other. */
const alone = ['test/ops/siege.test.ts', 'test/ops/flood.test.ts']

/** The short forms of commands, which start servers and people of their own, and say how late messages were: one after the other. */
const commands = ['test/chaos/chaos.test.ts', 'test/soak/soak.test.ts']

export default defineConfig({
  resolve: {
    // Node takes #src from dist/ (package.json); tests take it from the sources.
    alias: [{ find: /^#src\/(.*)\.js$/, replacement: `${root}src/$1.ts` }],
  },
  test: {
    globalSetup: 'test/support/fresh-build.ts',
    // Only against a test that hangs: what has to be quick says so itself.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 15_000 } },
    pool: 'forks',
    // The others share the sources that they load, which saves a third of the time.
    isolate: false,
    // Most of these tests wait rather than compute.
    maxWorkers: 4,
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: [...timed, ...alone, ...commands, ...isolated, ...heavy],
        },
      },
      { extends: true, test: { name: 'isolated', include: isolated, isolate: true } },
      { extends: true, test: { name: 'timed', include: timed, maxWorkers: 2, sequence: { groupOrder: 1 } } },
      { extends: true, test: { name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 2 } } },
      { extends: true, test: { name: 'heavy', include: heavy, sequence: { groupOrder: 3 } } },
      { extends: true, test: { name: 'commands', include: commands, maxWorkers: 1, sequence: { groupOrder: 4 } } },
    ],
  },
})
