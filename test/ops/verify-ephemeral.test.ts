import { expect, it } from 'vitest'
import { verify } from '../support/remains/command.js'
import { verifyFromOutside } from '../support/remains/verification.js'

it('nothing of texts, descriptions and pictures is left anywhere after their time', async () => {
  const { code, lines, err } = await verify('--short').ended
  expect([code, lines, code === 0 || err]).toEqual([
    0,
    expect.arrayContaining([expect.stringMatching(/^\d passed, 0 failed$/)]),
    true,
  ])
  // Of this place nothing is promised; while messages live, they must have been found in it.
  expect(lines).toContainEqual(expect.stringMatching(/^raw memory.*: (found|not checked, because)/))
  const places = [
    'files in',
    'encrypted files',
    'the log',
    'pages and API',
    'strings of a heap snapshot',
    'live buffers',
  ]
  for (const place of places)
    expect(lines).toContainEqual(
      expect.stringMatching(new RegExp(`^${place}.*: (not found \\(the same|found, gone after [\\d.]+ s[ ,])`)),
    )
})

it('a server that keeps, writes or logs what people send is found out', async () => {
  const findings = await verifyFromOutside(15_000, 1000, 'test/support/remains/leaking-server.mjs')
  expect(findings.map(({ line, isKept }) => [line.split(/:| in /)[0], isKept])).toEqual([
    ['files', false],
    ['the log', false],
    ['encrypted files of pictures', true],
    ['raw memory of the process, free memory too', null],
  ])
})
