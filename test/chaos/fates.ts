import { type Chatter, type ChattingPair, stateOf } from './chatters.js'

/** A message that somebody wrote to the other of their chat. */
export interface Written {
  readonly text: string
  /** When, in ms since the epoch. */
  readonly at: number
  readonly from: Chatter
  readonly to: Chatter
}

/**
 * What has become of a message: `shown` to its reader; `moving`, so that it may still arrive by itself; `not sent`, as its writer is
 * told, for good or not; `gone` from its writer, though its reader has not been shown it.
 */
export type Fate = 'shown' | 'moving' | 'not sent' | 'gone'

/** The states of a message that its writer has to do nothing for. */
const movingStates = ['pending', 'in-flight', 'waiting', 'uploading']

/** All that two people have written to each other. */
export function writtenIn({ people: [ann, ben] }: ChattingPair): Written[] {
  const between = (from: Chatter, to: Chatter) => [...from.written].map(([text, at]) => ({ text, at, from, to }))
  return [...between(ann, ben), ...between(ben, ann)]
}

/** What has become of a message by now. Whoever is told that it is not sent counts as told so, also where it was shown. */
export function fateOf({ text, from, to }: Written): Fate {
  const state = stateOf(from, text)
  if (state !== undefined && !movingStates.includes(state)) return 'not sent'
  if (to.voice.shownAs.has(text)) return 'shown'
  return state === undefined ? 'gone' : 'moving'
}

/** The texts that somebody of a chat was shown, and that neither of its people wrote. */
export function strangeTextsIn({ people }: ChattingPair): string[] {
  const own = new Set(people.flatMap(({ written }) => [...written.keys()]))
  // A picture may come without a text.
  return people.flatMap(({ voice }) => [...voice.shownAs.keys()]).filter(text => text !== '' && !own.has(text))
}
