import { createHash } from 'node:crypto'
import { type EngineOptions, endingMs, mostEvents, mostWindow, unshownMs, usualWindow } from '#src/chat/engine.js'
import { graceOf, longestLifeMs, unseenLifeMs, warningBounds } from '#src/chat/lifetimes.js'
import { clockLua, readLua as readLuaFile } from '#src/redis/script.js'
import { countingLua } from '#src/shared-store/redis-store.js'
import { pairLength } from './room-ids.js'

/** The commands of the engine, each a file in `scripts/`. */
export const commandNames = [
  ...(['open', 'member', 'read', 'quote', 'list', 'others', 'send', 'remove', 'lifetime', 'erasure', 'keep'] as const),
  ...(['reach', 'dismiss', 'move', 'shown', 'typing', 'end', 'endings', 'forget', 'privacy', 'hold', 'drop'] as const),
  ...([
    'presence',
    'stats',
    'own',
    'sweep',
    'positions',
    'place',
    'summaries',
    'alone',
    'recall',
    'discard',
    'sent',
    'told',
  ] as const),
] as const
/** The name of a command. */
export type CommandName = (typeof commandNames)[number]

/** The files of `shared/` that come before the commands, behind `base.lua`. */
const modules = [
  ...['due', 'privacy', 'lifetimes', 'people', 'messages', 'gone', 'endings', 'timeline', 'telling', 'rooms', 'leases'],
  'views',
]
/** The tables whose functions a file makes, where these are not the one of its name alone. */
const tablesOf: Readonly<Record<string, string>> = { due: 'due, tally' }

/** How many due duties a command performs at most. */
const mostDue = 64

/** The script as Redis gets it, and the digest by which Redis knows it. */
export interface ScriptText {
  readonly text: string
  readonly sha: string
}

/** How events are sent, beside what every engine is given. */
export interface ScriptOptions extends EngineOptions {
  /** In how many partitions the engine keeps what it holds. */
  readonly partitions: number
  /** Whether they go to the one node alone that asks, whoever holds leases: for a single node, and for tests. */
  readonly hearsAll: boolean
  /** Whether rooms are opened only where it was told what people keep from others (see `RedisEngine.noteToldPrivacy`). */
  readonly waitsForPrivacy: boolean
  /** Whether by sharded publish, which a cluster has from Redis 7 on. */
  readonly isSharded: boolean
}

/**
 * Reads all commands as one script, which is told which of them is meant. In scripts of their own each would have what all begin
 * with anew, and Redis's Lua looks through all of that over and over for what is garbage.
 */
export function readScript(options: ScriptOptions): ScriptText {
  const commands = commandNames.map(name => `if command == '${name}' then\n${readLua(name)}end\n`)
  const text = [readShared(options), ...commands].join('')
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

/** What comes before the commands. */
export function readShared(options: ScriptOptions): string {
  const files = modules.map(
    name => `define({ ${tablesOf[name] ?? name} }, function()\n${readLua(`shared/${name}`)}end)\n`,
  )
  return [settings(options), ...[clockLua, countingLua].map(readLuaFile), readLua('shared/base'), ...files].join('')
}

function readLua(name: string): string {
  return readLuaFile(new URL(`scripts/${name}.lua`, import.meta.url))
}

function settings(options: ScriptOptions): string {
  const values = {
    messageTtlMs: options.messageTtlMs,
    unseenLifeMs: unseenLifeMs(options),
    rememberedMs: longestLifeMs(options),
    graceMs: graceOf(options.roomGraceMs),
    erasesAtFirst: options.roomGraceMs > 0,
    roomMaxMessages: options.roomMaxMessages,
    maxBytes: options.maxBytes,
    maxBytesPerPerson: options.maxBytesPerPerson,
    keepLonger: options.keepLonger ?? false,
    ...warningBounds,
    endingMs,
    unshownMs,
    mostEvents,
    usualWindow,
    mostWindow,
    mostDue,
    pairLength,
    partitions: options.partitions,
    hearsAll: options.hearsAll,
    waitsForPrivacy: options.waitsForPrivacy,
    isSharded: options.isSharded,
  }
  const fields = Object.entries(values).map(([name, value]) => `${name} = ${value}`)
  return `local options = { ${fields.join(', ')} }\n`
}
