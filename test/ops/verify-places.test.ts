import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { scratchFolder } from '../support/leftovers.js'
import { placeOfFiles, placeOfLog, placeOfLogFile, sealedPicture } from '../support/remains/file-places.js'
import { type Life, ShortLives } from '../support/remains/life.js'
import { markOfText } from '../support/remains/marks.js'
import type { Place } from '../support/remains/places.js'
import { watchPlaces } from '../support/remains/watch.js'

const [text, picture] = [markOfText('a text', 'what was said'), markOfText('a picture', 'what was shown')]

/** What ends in a moment, or has ended already. */
function newLife(wholeForMs = 200): Life {
  const wholeUntil = Date.now() + wholeForMs
  return {
    marks: [text, picture],
    texts: [text],
    description: text,
    served: picture,
    wholeUntil,
    endsAt: wholeUntil,
    readAll: async () => Buffer.alloc(0),
    close() {},
  }
}

/** A place in which a text is found, and must be, as long as it lives. */
const placeOfTexts = (life: Life, name = 'a place'): Place => ({
  name,
  holds: 'while it lives',
  withinMs: 250,
  proofs: [text],
  search: async marks => marks.map(mark => (mark === text && Date.now() < life.endsAt ? 1 : 0)),
})

/** A search that finds nothing, whatever is there. */
const blind: Place['search'] = async marks => marks.map(() => 0)

it('a search that does not find what lives is broken, though it finds something else', async () => {
  const life = newLife()
  const [good, broken] = await watchPlaces([[placeOfTexts(life)], [{ ...placeOfTexts(life), proofs: [picture] }]], life)
  expect(good?.line).toMatch(
    /^a place: found, gone after 0\.\d\d s, at the first look \(before its end it held a text once, and at no time a picture\)$/,
  )
  const line = 'a place: the search is broken: it did not find a picture'
  expect(broken).toEqual({ line, isKept: false, isChecked: true })
})

it('a search of what never holds anything is broken if it does not find what is there', async () => {
  const place: Place = { name: 'a place', holds: 'never', withinMs: 0, proofs: [sealedPicture], search: blind }
  expect(await watchPlaces([[place]], newLife())).toEqual([
    { line: 'a place: the search is broken: it did not find a sealed picture', isKept: false, isChecked: true },
  ])
})

it('lives that end before they are looked for prove nothing', async () => {
  const life = newLife(-1)
  await expect(watchPlaces([[placeOfTexts(life)]], life)).rejects.toThrow(ShortLives)
  const never: Place = { ...placeOfTexts(life), holds: 'never', proofs: [sealedPicture] }
  await expect(watchPlaces([[never]], life)).rejects.toThrow(ShortLives)
})

it('files are searched by their names and by what is in them, and say what they are known by', async () => {
  const folder = scratchFolder('places')
  onTestFinished(() => folder.remove())
  mkdirSync(join(folder.path, 'below'))
  writeFileSync(join(folder.path, 'below', 'a.sealed'), 'a name')
  const place = placeOfFiles([{ name: '/of/it', path: folder.path, isDeep: true }], process.pid, [
    markOfText('a name', 'a name'),
    sealedPicture,
  ])
  const found = '/of/it, files that the server has open: not found (the same search found a name and a sealed picture)'
  expect(await watchPlaces([[place]], newLife())).toEqual([
    { line: `files in ${found}`, isKept: true, isChecked: true },
  ])
  writeFileSync(join(folder.path, 'what was said'), '')
  const [finding] = await watchPlaces([[place]], newLife())
  expect([finding?.isKept, finding?.line]).toEqual([false, expect.stringContaining('found (a text), though it never')])
})

it.each([
  ['a folder that is not there', () => placeOfFiles([{ name: 'x', path: '/nowhere', isDeep: true }], process.pid, [])],
  ['a process that is not there', () => placeOfFiles([], 4_194_305, [])],
  ['a log that is not there', () => placeOfLog(() => Promise.reject(new Error('ENOENT')), [])],
  ['an empty log', () => placeOfLog(async () => Buffer.alloc(0), [])],
])('%s is not checked, and the line says so', async (_what, place) => {
  const [finding] = await watchPlaces([[place()]], newLife())
  expect([finding?.isKept, finding?.line]).toEqual([null, expect.stringMatching(/: not checked, because \w/)])
})

it('a file is only the log if it gets the line of a request, and only what comes to it from then on counts', async () => {
  const folder = scratchFolder('places')
  onTestFinished(() => folder.remove())
  const log = join(folder.path, 'log')
  const ask = (logged: string) => async () => {
    appendFileSync(log, logged)
    return new Response(null, { headers: { 'x-request-id': 'the-id' } })
  }
  writeFileSync(log, 'before: what was said, and the-id of a request')
  for (const logged of ['', 'something else']) {
    const [other] = await watchPlaces([[await placeOfLogFile(log, ask(logged))]], newLife())
    expect([other?.isKept, other?.line]).toEqual([
      null,
      expect.stringMatching(/^the log: not checked, because it has no line of a request .* LOG_LEVEL/),
    ])
  }
  const [own] = await watchPlaces([[await placeOfLogFile(log, ask('{"requestId":"the-id"}'))]], newLife())
  const line = 'the log: not found (the same search found the line of a request)'
  expect(own).toEqual({ line, isKept: true, isChecked: true })
  const [leaking] = await watchPlaces([[await placeOfLogFile(log, ask('the-id: what was said'))]], newLife())
  expect(leaking?.isKept).toBe(false)
})

it('a log that begins anew meanwhile is searched from its beginning', async () => {
  const folder = scratchFolder('places')
  onTestFinished(() => folder.remove())
  const log = join(folder.path, 'log')
  writeFileSync(log, 'a log that has been written for a long time')
  const place = await placeOfLogFile(log, async () => {
    writeFileSync(log, 'the-id')
    return new Response(null, { headers: { 'x-request-id': 'the-id' } })
  })
  const [finding] = await watchPlaces([[place]], newLife())
  expect(finding?.isKept).toBe(true)
})
