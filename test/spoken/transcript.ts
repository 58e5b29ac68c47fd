/** What happened on the page or was done to it, and what was said then, a line for each breath. */
export interface Step {
  readonly what: string
  readonly said: readonly string[]
}

/** A scene as it was heard, or as it should be. */
export interface SceneTranscript {
  readonly name: string
  readonly steps: readonly Step[]
}

const silence = '(silence)'

/** Days, hours and minutes are others each time: all of them count as the same. */
export const withoutTimes = (text: string): string =>
  text
    .replaceAll(/\b((Sun|Mon|Tue|Wed|Thu|Fri|Sat),? )?\d{1,2}:\d{2}(:\d{2})?([\s\u202f]?[AP]M)?/g, '[time]')
    .replaceAll(/\b[A-Z][a-z]+day, [A-Z][a-z]+ \d{1,2}\b/g, '[day]')

/** Writes scenes as they stand in docs/spoken/, after `head`, which is for readers alone. */
export function formatTranscript(head: string, scenes: readonly SceneTranscript[]): string {
  const parts = scenes.map(({ name, steps }) => [`== ${name}`, ...steps.map(formatStep)].join('\n\n'))
  return `${[head, ...parts].join('\n\n')}\n`
}

function formatStep({ what, said }: Step): string {
  const lines = said.length > 0 ? said : [silence]
  return [`> ${what}`, ...lines.map(line => `  ${line}`)].join('\n')
}

/** Reads what `formatTranscript` has written. */
export function readTranscript(text: string): SceneTranscript[] {
  const [, ...parts] = text.split(/^== /m)
  return parts.map(part => {
    const [name = '', ...steps] = part.trimEnd().split(/\n+> /)
    return { name: name.trim(), steps: steps.map(readStep) }
  })
}

function readStep(text: string): Step {
  const [what = '', ...lines] = text.split('\n')
  return { what, said: lines.map(line => line.slice(2)).filter(line => line !== '' && line !== silence) }
}

/** What differs, in lines for whoever looks into it; none where all words and all silence are as they should be. */
export function compareScenes(expected: SceneTranscript, heard: SceneTranscript): string[] {
  const count = Math.max(expected.steps.length, heard.steps.length)
  return Array.from({ length: count }, (_, index) => {
    const [wanted, got] = [expected.steps[index], heard.steps[index]]
    const [before, now] = [wanted ? formatStep(wanted) : '', got ? formatStep(got) : '']
    if (before === now) return []
    return ['- expected:', ...before.split('\n'), '- heard:', ...now.split('\n')]
  }).flat()
}
