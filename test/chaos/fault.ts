/** What became of the messages of a fault, and what people, or the operator, were told. Times in ms. */
export interface Finding {
  readonly sent: number
  /** Never shown to the other, and not with their writer any more either. */
  readonly lost: number
  readonly doubled: number
  /** Shown to somebody who is not of their chat. */
  readonly astray: number
  /** Their writers were told so: the server refused them, or did not answer, or they are too old. */
  readonly notSent: number
  /** Still on their way when all should have arrived. */
  readonly waiting: number
  /** How long messages took; those that waited for the end of the fault count from there. */
  readonly p99Ms: number
  readonly mostMs: number
  readonly told: string
  /** What was promised and did not hold, each in a sentence; empty where all of it was kept. */
  readonly broken: readonly string[]
}

/** The counts of messages alone. */
export type Tally = Omit<Finding, 'told' | 'broken'>

/** Something that may happen to a server, and what it promises for that case. */
export interface Fault {
  readonly name: string
  /** Whether the short form tries it too. */
  readonly isShort: boolean
  /** Whether it is done when no other is: it keeps the processors busy, or allows less time than those that do may take. */
  readonly isAlone?: boolean
  /** Roughly how long it takes, in s: what takes longest begins first. */
  readonly takesS: number
  /**
   * Does it to a server of its own, with chats going on.
   * @throws NotAllowed where the system does not let it happen
   */
  run(isShort: boolean): Promise<Finding>
}

/** The promises that every fault has in common: all that was sent came, once, to its reader alone, and late by no more than this. */
export function brokenBy({ lost, doubled, astray, notSent, waiting, mostMs }: Tally, latestMs: number): string[] {
  return [
    ...unless(lost === 0, `${lost} messages were lost`),
    ...unless(doubled === 0, `${doubled} messages were doubled`),
    ...unless(astray === 0, `${astray} messages were shown to somebody else`),
    ...unless(notSent === 0, `${notSent} messages were not sent, as their writers were told`),
    ...unless(waiting === 0, `${waiting} messages were still on their way`),
    ...unless(mostMs <= latestMs, `a message came ${mostMs} ms late, and ${latestMs} ms is the most`),
  ]
}

/** The sentence, unless what was promised holds. */
export const unless = (holds: boolean, sentence: string): string[] => (holds ? [] : [sentence])
