import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keptLonger, mostKeeps, restOf, seenAt, waitingNoMore, warningOf, warnsAt } from '#src/chat/lifetimes.js'
import * as privacy from '#src/chat/privacy.js'
import { readShared } from '#src/engines/redis/script-texts.js'
import { connect } from '#src/redis/connection.js'
import type { RedisLink } from '#src/redis/link.js'
import { generous } from '../../support/engine/world.js'
import { type RedisServer, startRedisServer } from '../../support/redis-server.js'

const now = 1_000_000
let server: RedisServer
let link: RedisLink

beforeAll(async () => {
  server = await startRedisServer()
  link = await connect(server.url, () => {})
})

afterAll(async () => {
  link.close()
  await server.stop()
})

/** What a piece of Lua answers that uses the modules of the scripts. */
async function evaluate(lua: string, ...args: string[]): Promise<unknown> {
  const shared = readShared({ ...generous, partitions: 1, hearsAll: true, waitsForPrivacy: false, isSharded: false })
  const answer = await link.call(
    'EVAL',
    `${shared}return cjson.encode((function() ${lua} end)())`,
    1,
    '{p0}',
    now,
    'n 0 none',
    ...args,
  )
  return JSON.parse(String(answer))
}

const bits = [false, true]
const standings = bits.flatMap(isShown =>
  bits.flatMap(hasEntered =>
    bits.flatMap(hasBlocked =>
      bits.flatMap(sendsReceipts =>
        bits.map(sendsTyping => ({ isShown, hasEntered, hasBlocked, sendsReceipts, sendsTyping })),
      ),
    ),
  ),
)

describe('the rules as the scripts have them', () => {
  test('say of everybody what those of the domain say', async () => {
    const people = standings.map(({ isShown, hasEntered, sendsReceipts, ...others }) => ({
      ...{ shown: isShown, entered: hasEntered, sendsReceipts, shownSendsReceipts: sendsReceipts, ...others },
    }))
    const found = await evaluate(
      `local people, found = cjson.decode(ARGV[3]), {}
      for _, person in ipairs(people) do
        for _, other in ipairs(people) do
          found[#found + 1] = {
            privacy.mayUse(person), privacy.hearsOf(person), privacy.hearsOfEnds(person), privacy.knowsWhyEnded(person),
            privacy.isHeldFrom(person), privacy.hearsOfUnseenEnd(person), privacy.seesPresence(person, other),
            privacy.hearsPresence(person, other), privacy.hearsTyping(person, other), privacy.showsReceipts(person),
            privacy.mayLiveFromSeen({ person, other }),
          }
        end
      end
      return found`,
      JSON.stringify(people),
    )
    const shown = ({ sendsReceipts }: privacy.Standing) => ({ shownSendsReceipts: sendsReceipts })
    const expected = standings.flatMap(person =>
      standings.map(other => [
        ...[
          privacy.mayUse(person),
          privacy.hearsOf(person),
          privacy.hearsOfEnds(person),
          privacy.knowsWhyEnded(person),
        ],
        ...[privacy.isHeldFrom(person), privacy.hearsOfUnseenEnd(shown(person)), privacy.seesPresence(person, other)],
        ...[privacy.hearsPresence(person, other), privacy.hearsTyping(person, other), privacy.showsReceipts(person)],
        privacy.mayLiveFromSeen([shown(person), shown(other)]),
      ]),
    )
    expect(found).toEqual(expected)
  })

  test('say who may know of a message what those of the domain say', async () => {
    const found = await evaluate(
      `local found = {}
      for _, side in ipairs({ 1, 2 }) do
        for _, sender in ipairs({ 1, 2 }) do
          for _, isHeld in ipairs({ false, true }) do found[#found + 1] = privacy.mayKnowOf(side, sender, isHeld) end
        end
      end
      return found`,
    )
    const sides = [1, 2]
    expect(found).toEqual(
      sides.flatMap(side => sides.flatMap(sender => bits.map(isHeld => privacy.mayKnowOf(side, sender, isHeld)))),
    )
  })

  test('warn of messages and change their lives as those of the domain do', async () => {
    const lives = fc.sample(
      fc.record({
        lifetimeMs: fc.oneof(fc.integer({ min: 1, max: 200_000 }), fc.integer({ min: 1, max: 90_000_000 })),
        expiresAt: fc.integer({ min: now, max: now + 90_000_000 }),
        keptTimes: fc.integer({ min: 0, max: mostKeeps }),
        hasBegun: fc.boolean(),
      }),
      { numRuns: 300, seed: 1 },
    )
    const found = await evaluate(
      `local found = {}
      for index, life in ipairs(cjson.decode(ARGV[3])) do
        local function message()
          return {
            lifetimeMs = life.lifetimeMs, endsAt = life.expiresAt, kept = life.keptTimes, begun = life.hasBegun,
            fromSeen = true,
          }
        end
        local kept, seen, waiting = message(), message(), message()
        lifetimes.keptLonger(kept)
        lifetimes.seenAt(seen)
        lifetimes.waitingNoMore(waiting)
        found[index] = {
          lifetimes.warningOf(life.lifetimeMs) or false, lifetimes.restOf(life.lifetimeMs),
          lifetimes.warnsAt(message()) or false, { kept.endsAt, kept.kept, kept.begun }, { seen.endsAt, seen.begun },
          { waiting.endsAt, waiting.begun, waiting.fromSeen },
        }
      end
      return found`,
      JSON.stringify(lives),
    )
    const rest = {
      id: '',
      roomId: '',
      seq: 1,
      senderId: '',
      nonce: '',
      text: '',
      image: null,
      replyTo: null,
      sentAt: 0,
    }
    const expected = lives.map(life => {
      const message = { ...rest, ...life, livesFrom: 'seen' as const }
      const [kept, seen, waiting] = [keptLonger(message), seenAt(message, now), waitingNoMore(message, now)]
      return [
        ...[warningOf(life.lifetimeMs) ?? false, restOf(life.lifetimeMs), warnsAt(life) ?? false],
        ...[
          [kept.expiresAt, kept.keptTimes, kept.hasBegun],
          [seen.expiresAt, seen.hasBegun],
        ],
        [waiting.expiresAt, waiting.hasBegun, waiting.livesFrom === 'seen'],
      ]
    })
    expect(found).toEqual(expected)
  })
})
