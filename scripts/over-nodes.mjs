/** Tests that start one server, and are run once more over two nodes behind a proxy that gives each connection to the next. */

/** The arguments for vitest: the tests that chat with a server over HTTP and sockets. */
export const overNodes = [
  'run',
  'test/web/journey.test.ts',
  'test/live/chatting.test.ts',
  'test/live/resilience.test.ts',
]

/** What has test/support/test-server.ts start two nodes. Playwright has a project for it. */
export const twoNodes = { TEST_NODES: '2' }
