import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '#src/project-root.js'
import { chooseByWords } from '../../scripts/command.mjs'
import { inTime } from '../support/in-time.js'
import { browsers, type SpokenBrowser } from './browsers.js'
import { Desktop } from './desktop.js'
import { type Scene, scenes } from './scenes.js'
import { Stage } from './stage.js'
import { compareScenes, formatTranscript, readTranscript, type SceneTranscript } from './transcript.js'

/** What `npm run spoken` is asked for. */
export interface SpokenPlan {
  /** The browser that is wanted alone; undefined for all. */
  readonly browser?: string | undefined
  /** Parts of the names of those scenes that are wanted, in any case; all if empty. */
  readonly wanted: readonly string[]
  /** Whether what is heard is to be written down as what should be. */
  readonly isWriting?: boolean | undefined
  /** Takes each line that is to be read. */
  readonly say: (line: string) => void
}

/** A browser that does nothing more: no other scene can be played in it. */
class BrowserHangs extends Error {
  override readonly name = 'BrowserHangs'
}

/** The window as the desktop has it. */
const asItIs = { viewport: null, colorScheme: null, reducedMotion: null, forcedColors: null, contrast: null } as const

/** A scene takes less than half of this, ms, also on a busy machine: a browser that hangs would never end it. */
const longestSceneMs = 120_000

const fileOf = ({ id }: SpokenBrowser) => join(projectRoot, 'docs', 'spoken', `${id}.txt`)

/**
 * Plays the scenes in all browsers, each on a desktop of its own, and counts those that were heard as they should be.
 * @throws Refusal where a word is in the name of no scene
 */
export async function playAll(plan: SpokenPlan): Promise<{ passed: number; failed: number }> {
  const wanted = chooseByWords(scenes, plan.wanted, 'scene')
  const chosen = browsers.filter(({ id }) => plan.browser === undefined || plan.browser === id)
  const counts = await Promise.all(chosen.map(browser => playIn(browser, wanted, plan)))
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
  }
}

async function playIn(
  browser: SpokenBrowser,
  chosen: readonly Scene[],
  plan: SpokenPlan,
): Promise<{ passed: number; failed: number }> {
  const desktop = await Desktop.open()
  try {
    const program = await browser.open(desktop)
    const stage = new Stage(await program.newPage(asItIs), desktop)
    await stage.begin()
    const count = await playScenes(browser, chosen, stage, plan)
    await endInTime(stage.close().then(() => program.close()))
    return count
  } catch (error) {
    // The other browser goes on.
    plan.say(`${browser.title}: ${error instanceof Error ? error.message : error}`)
    return { passed: 0, failed: chosen.length }
  } finally {
    await desktop.close()
  }
}

async function playScenes(
  browser: SpokenBrowser,
  chosen: readonly Scene[],
  stage: Stage,
  { isWriting = false, say }: SpokenPlan,
): Promise<{ passed: number; failed: number }> {
  const text = readFileSync(fileOf(browser), 'utf8')
  const [head = ''] = text.split('\n\n== ')
  const known = new Map(readTranscript(text).map(each => [each.name, each]))
  let passed = 0
  for (const scene of chosen) {
    // A scene that is in no transcript always differs.
    const expected = known.get(scene.name) ?? { name: scene.name, steps: [] }
    const { transcript, lines } = await playScene(stage, scene, isWriting ? undefined : expected)
    if (lines.length === 0) passed += 1
    say(`${browser.title}: ${scene.name}: ${lines.length === 0 ? 'as written' : 'differs'}`)
    for (const line of lines) say(line)
    if (!isWriting || !transcript) continue
    known.set(scene.name, transcript)
    const all = scenes.flatMap(({ name }) => known.get(name) ?? [])
    writeFileSync(fileOf(browser), formatTranscript(head.trimEnd(), all))
  }
  return { passed, failed: chosen.length - passed }
}

/** Plays a scene. `lines` say what was not as it should be; the transcript is null where the scene did not come to its end. */
async function playScene(
  stage: Stage,
  { name, act }: Scene,
  expected: SceneTranscript | undefined,
): Promise<{ transcript: SceneTranscript | null; lines: string[] }> {
  try {
    const transcript = await endInTime(stage.play(name, act, expected))
    return { transcript, lines: expected ? compareScenes(expected, transcript) : [] }
  } catch (error) {
    if (!(error instanceof Error) || error instanceof BrowserHangs) throw error
    return { transcript: null, lines: [`the scene did not come to its end: ${error.message}`, ...stage.lines] }
  }
}

const endInTime = <T>(work: Promise<T>): Promise<T> =>
  inTime(
    work,
    longestSceneMs,
    () => new BrowserHangs(`The browser has not come to an end after ${longestSceneMs / 1000} seconds`),
  )
