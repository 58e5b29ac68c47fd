import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '#src/project-root.js'
import { liveRegionCases } from '../support/browser/live-regions.js'
import { scenes, waysToSpeak } from './scenes.js'
import { compareScenes, formatTranscript, readTranscript, type SceneTranscript, withoutTimes } from './transcript.js'

const scene: SceneTranscript = {
  name: 'A message',
  steps: [
    { what: 'Ben sends "hello"', said: ['Ben: hello'] },
    { what: 'the tick changes', said: [] },
  ],
}
const saying = (...said: string[]): SceneTranscript => ({ name: 'A message', steps: [{ what: 'then', said }] })

describe('a transcript', () => {
  it('is read as it was written', () => {
    const text = formatTranscript('What is said.\nTwo lines.', [scene, { ...scene, name: 'Another' }])
    expect(text).toContain('== A message\n\n> Ben sends "hello"\n  Ben: hello\n\n> the tick changes\n  (silence)\n')
    expect(readTranscript(text)).toEqual([scene, { ...scene, name: 'Another' }])
  })

  it('is the same at any hour, on any day', () => {
    expect(withoutTimes('Saturday, November 28.')).toBe(withoutTimes('Tuesday, June 2.'))
    expect(withoutTimes('You 9:05 until 10:05:30 PM')).toBe(withoutTimes('You 21:45 until 22:45'))
    expect(withoutTimes('You 11:45 PM until Sun 12:45 AM')).toBe(withoutTimes('You 21:45 until 22:45'))
  })

  it.each([
    ['another word', saying('hello'), saying('Hello')],
    ['a word where there was silence', saying(), saying('Sent')],
    ['silence where there was a word', saying('Sent'), saying()],
    ['another order', saying('one', 'two'), saying('two', 'one')],
    ['all that is said where no transcript has it', { ...scene, steps: [] }, scene],
    ['a step too few', scene, { ...scene, steps: scene.steps.slice(1) }],
  ])('differs by %s', (_, expected, heard) => {
    expect(compareScenes(expected, heard)).not.toEqual([])
  })

  it('does not differ from itself', () => {
    expect(compareScenes(scene, scene)).toEqual([])
  })
})

const browsers = ['firefox', 'chromium']
const scenesOf = (browser: string) =>
  readTranscript(readFileSync(join(projectRoot, 'docs', 'spoken', `${browser}.txt`), 'utf8'))

describe.each(browsers)('the transcript of %s', browser => {
  it('has every scene, in its order', () => {
    expect(scenesOf(browser).map(({ name }) => name)).toEqual(scenes.map(({ name }) => name))
  })
})

describe('the ledger of speech', () => {
  it.each(liveRegionCases)('counts as the transcripts do: $name', ({ name, isSaid }) => {
    // Orca ends an alert with a full stop.
    const isName = (words: string) => words === name || words === `${name}.`
    const isIn = (browser: string) =>
      scenesOf(browser).some(scene => scene.name === waysToSpeak && scene.steps.some(({ said }) => said.some(isName)))
    expect(browsers.every(isIn)).toBe(isSaid)
  })
})
