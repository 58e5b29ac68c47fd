import { describe, expect, it } from 'vitest'
import {
  hearsOf,
  hearsOfEnds,
  hearsOpening,
  hearsPresence,
  hearsTyping,
  isHeldFrom,
  mayKnowOf,
  mayOpen,
  mayUse,
  type Standing,
  seesPresence,
  shownTo,
  showsReceipts,
} from '#src/chat/privacy.js'

type Rule = (person: Standing, other: Standing) => boolean
/** What has to be so of the person and of the other; what is not named makes no difference. */
type Needs = { readonly person?: Partial<Standing>; readonly other?: Partial<Standing> }

const either = [false, true]
/** Every standing that somebody may have. */
const standings: readonly Standing[] = either.flatMap(isShown =>
  either.flatMap(hasEntered =>
    either.flatMap(hasBlocked =>
      either.flatMap(sendsReceipts =>
        either.map(sendsTyping => ({ isShown, hasEntered, hasBlocked, sendsReceipts, sendsTyping })),
      ),
    ),
  ),
)

const fields = ['isShown', 'hasEntered', 'hasBlocked', 'sendsReceipts', 'sendsTyping'] as const
const meets = (standing: Standing, needs: Partial<Standing> = {}) =>
  fields.every(field => needs[field] === undefined || needs[field] === standing[field])

/** The pairs of standings for which a rule answers otherwise than it should. */
function exceptions(rule: Rule, { person: ofPerson, other: ofOther }: Needs): [Standing, Standing][] {
  return standings.flatMap(person =>
    standings.flatMap((other): [Standing, Standing][] =>
      rule(person, other) === (meets(person, ofPerson) && meets(other, ofOther)) ? [] : [[person, other]],
    ),
  )
}

describe('of all the ways in which two people may stand to each other', () => {
  it.each<[string, Rule, Needs]>([
    ['a room exists for whoever has not blocked the other', mayUse, { person: { hasBlocked: false } }],
    ['a room is opened by whoever has not blocked the other', mayOpen, { person: { hasBlocked: false } }],
    [
      'a person hears of a room that is shown to them while they block nobody in it',
      hearsOf,
      { person: { isShown: true, hasBlocked: false } },
    ],
    [
      'a person hears of ends in a room that was shown to them, even after a block',
      hearsOfEnds,
      { person: { isShown: true } },
    ],
    ['a message is held from a recipient who has blocked its sender', isHeldFrom, { person: { hasBlocked: true } }],
    [
      'a person sees the presence of somebody who has entered a room that they hear of',
      seesPresence,
      { person: { isShown: true, hasBlocked: false }, other: { hasEntered: true } },
    ],
    [
      'a person hears that the other comes and goes unless either has blocked the other',
      hearsPresence,
      { person: { isShown: true, hasBlocked: false }, other: { hasEntered: true, hasBlocked: false } },
    ],
    [
      'a person hears the typing of somebody who shares it and has entered a room that they hear of',
      hearsTyping,
      { person: { isShown: true, hasBlocked: false }, other: { hasEntered: true, sendsTyping: true } },
    ],
    ['the other sees how far a person got who sends receipts', showsReceipts, { person: { sendsReceipts: true } }],
  ])('%s', (_title, rule, needs) => {
    expect(exceptions(rule, needs)).toEqual([])
  })
})

describe('a message', () => {
  it.each([
    ['that is held may be known to its sender', 'ann', true, true],
    ['that is held may not be known to its recipient', 'bob', true, false],
    ['that is not held may be known to its sender', 'ann', false, true],
    ['that is not held may be known to its recipient', 'bob', false, true],
  ])('%s', (_title, userId, isHeld, may) => {
    expect(mayKnowOf(userId, 'ann', isHeld)).toBe(may)
  })
})

describe('whether somebody is here', () => {
  it('is shown as it is, and to somebody whom they have blocked as it was at the block', () => {
    const [here, away] = [{ isOnline: true }, { isOnline: false }]
    expect([shownTo(here, undefined), shownTo(here, away)]).toEqual([here, away])
  })
})

describe('that somebody opens a room', () => {
  it('is heard by the other, who has it open, and not by themselves', () => {
    expect([hearsOpening('ann', 'ben'), hearsOpening('ben', 'ben')]).toEqual([true, false])
  })
})
