/** Tries one mutant after the other: runs the tests that enter its region until one fails. */
import { applyMutant } from './mutants.mjs'
import { regionOf } from './regions.mjs'

/** What one mutant may take before all others had their turn. */
const firstTurnMs = 60_000

export class Trials {
  #sources
  #coverage
  #regions
  /** How often a test file caught a mutant of a source, by both their paths. */
  #catches = new Map()

  /**
   * @param {Map<string, string>} sources by path
   * @param {Map<string, object>} coverage of each test file
   * @param {Map<string, object[]>} regions of each source
   */
  constructor(sources, coverage, regions) {
    this.#sources = sources
    this.#coverage = new Map([...coverage].filter(([, { passed }]) => passed))
    this.#regions = regions
    for (const known of this.#coverage.values()) known.entered = new Set(known.regions)
  }

  /** A trial of a mutant, with the test files that may catch it. */
  begin(mutant) {
    const { id } = regionOf(this.#regions.get(mutant.path), mutant)
    const waiting = [...this.#coverage].filter(([, { entered }]) => entered.has(id)).map(([file]) => file)
    return { mutant, waiting, ran: [], ms: 0, status: 'survived', by: null, failure: null, count: waiting.length }
  }

  /** Whether a trial is over: caught, or with no test left to run. */
  isOver = ({ status, waiting }) => status !== 'survived' || waiting.length === 0

  /** What the tests that are left would take, in milliseconds. */
  remainingMs = ({ waiting }) => waiting.reduce((sum, file) => sum + this.#coverage.get(file).ms, 0)

  /**
   * Goes on with a trial.
   * @param {TestRunner} runner
   * @param {number} until when to stop, by `performance.now()`
   * @param {boolean} isFirst whether it gives way to others after a minute
   */
  async goOn(trial, runner, until, isFirst) {
    const { mutant } = trial
    const source = this.#sources.get(mutant.path)
    await runner.write(new Map([[mutant.path, applyMutant(source, mutant)]]))
    while (!this.isOver(trial)) {
      const file = this.#next(trial)
      const { ms } = this.#coverage.get(file)
      if (performance.now() + ms > until || (isFirst && trial.ms > 0 && trial.ms + ms > firstTurnMs)) break
      await this.#run(trial, runner, file)
    }
    await runner.write(new Map([[mutant.path, source]]))
  }

  async #run(trial, runner, file) {
    const usual = this.#coverage.get(file)
    trial.waiting = trial.waiting.filter(each => each !== file)
    trial.ran.push(file)
    const outcome = await runner.run(file, usual)
    trial.ms += outcome.ms
    if (outcome.passed) return
    // One that fails by chance would count as a catch: it has to fail again.
    if (!outcome.hung) {
      const again = await runner.run(file, usual)
      trial.ms += again.ms
      if (again.passed) return
    }
    trial.status = outcome.hung ? 'timed out' : 'caught'
    trial.by = file
    trial.failure = outcome.failure
    const key = `${trial.mutant.path} ${file}`
    this.#catches.set(key, (this.#catches.get(key) ?? 0) + 1)
  }

  /**
   * The file of the source's own name first, then those that caught most of its mutants, then those with a
   * similar name, then the nearest, then the quickest.
   */
  #next({ mutant: { path }, waiting }) {
    const own = path.replace(/^src\//, 'test/').replace(/\.ts$/, '.test.ts')
    const rank = file => [
      file === own ? 0 : 1,
      -(this.#catches.get(`${path} ${file}`) ?? 0),
      -sharedWords(path, file),
      -sharedFolders(path, file),
      this.#coverage.get(file).ms,
    ]
    const before = (a, b) => {
      const [one, other] = [rank(a), rank(b)]
      const at = one.findIndex((value, index) => value !== other[index])
      return at < 0 ? 0 : one[at] - other[at]
    }
    return waiting.toSorted(before)[0]
  }
}

/** How many folders the paths of a source and of a test have in common, below src/ and test/. */
function sharedFolders(path, file) {
  const [source, test] = [path, file].map(each => each.split('/').slice(1, -1))
  const apart = source.findIndex((folder, index) => folder !== test[index])
  return apart < 0 ? source.length : apart
}

/** The words of a file's name, cut so that `message` and `messages` are one. */
const wordsOf = path =>
  path
    .split('/')
    .at(-1)
    .split(/[.-]/)
    .filter(word => word !== 'test' && word.length > 3)
    .map(word => word.slice(0, 6))

/** How many words the names of a source and of a test have in common. */
const sharedWords = (path, file) => wordsOf(path).filter(word => wordsOf(file).includes(word)).length
