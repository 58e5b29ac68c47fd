import { countBytes } from './chat/engine.js'
import { type Config, personShare } from './config.js'
import { type MemoryLimits, readMemoryDiskSize, readMemoryLimits } from './memory-limit.js'

const megabyte = 1024 * 1024
/** What the server takes beside what it holds for people. Source: docs/hosting.md */
const ownBytes = 150 * megabyte
/**
 * Which part of the rest messages and pictures may take. The other is for what comes and goes: under load V8 fills its heap with
 * garbage up to its limit, which is half of a small memory.
 */
const heldShare = 1 / 2
/**
 * What the server itself takes of V8's heap, with what comes and goes. The rest is for messages: most of their bytes lie outside of
 * it, but of one with a picture that is described at length it holds almost all.
 */
const ownHeapBytes = 48 * megabyte
/** With less the chat would be of no use. Pictures have less only where their tmpfs has. */
const leastBytes = 8 * megabyte
/** The least there is: a setting can ask for no less. */
const leastPictureBytes = megabyte

/** A cap that is lower than asked for, as the log says it. */
export interface LoweredCap {
  readonly setting: 'MAX_MESSAGE_MEMORY_MB' | 'MAX_PICTURES_MB'
  readonly askedMegabytes: number
  readonly givenMegabytes: number
  /** What does not allow more: the control group's memory, the machine's, V8's heap, or the size of the tmpfs of UPLOAD_DIR. */
  readonly limitedBy: 'cgroup' | 'machine' | 'heap' | 'UPLOAD_DIR'
  readonly limitMegabytes: number
}

/** What the log says of it. */
export function sayLowered({ setting, limitedBy }: LoweredCap): string {
  const place =
    limitedBy === 'UPLOAD_DIR' ? 'the tmpfs of UPLOAD_DIR: for more, make that larger' : 'the memory there is'
  return `${setting} was lowered to what fits ${place}`
}

interface Bound {
  readonly by: LoweredCap['limitedBy']
  /** What the limit is, and how much of it the cap may be. */
  readonly limit: number
  readonly most: number
}

/** What there is for messages and pictures: the limits of this process, and the size of UPLOAD_DIR if it lies in memory. */
export interface MemoryThereIs extends MemoryLimits {
  readonly uploadDisk: number | null
}

/** Reads what there is now. */
export function readMemoryThereIs({ images }: Pick<Config, 'images'>): MemoryThereIs {
  return { ...readMemoryLimits(), uploadDisk: readMemoryDiskSize(images.uploadDir) }
}

/**
 * Lowers the caps of messages and pictures to what fits the memory there is, so that sends are refused before the process is out of
 * memory. Pictures count where they lie in memory too. Over Redis this process holds neither.
 */
export function fitCaps(asked: Config, thereIs: MemoryThereIs): { config: Config; lowered: readonly LoweredCap[] } {
  if (asked.redisUrl !== null) return { config: asked, lowered: [] }
  const { maxMessageMemoryBytes: messages, images } = asked
  const { group, machine, heap, uploadDisk } = thereIs
  const memory = Math.min(group, machine)
  const inMemory = messages + (uploadDisk === null ? 0 : images.maxHeldBytes)
  const share = (Math.max(memory - ownBytes, 0) * heldShare) / inMemory
  const by = group < machine ? 'cgroup' : 'machine'
  const forMessages = lower('MAX_MESSAGE_MEMORY_MB', messages, leastForMessages(asked), [
    { by, limit: memory, most: messages * share },
    { by: 'heap', limit: heap, most: heap - ownHeapBytes },
  ])
  const mostOnDisk = Math.floor((uploadDisk ?? Number.POSITIVE_INFINITY) / megabyte - 1) * megabyte
  const boundsOfPictures: Bound[] =
    uploadDisk === null
      ? []
      : [
          { by, limit: memory, most: images.maxHeldBytes * share },
          { by: 'UPLOAD_DIR', limit: uploadDisk, most: mostOnDisk },
        ]
  const leastForPictures = Math.max(Math.min(leastBytes, mostOnDisk), leastPictureBytes)
  const forPictures = lower('MAX_PICTURES_MB', images.maxHeldBytes, leastForPictures, boundsOfPictures)
  const config: Config = {
    ...asked,
    maxMessageMemoryBytes: forMessages.bytes,
    maxMessageBytesPerPerson: forMessages.bytes * personShare,
    images: {
      ...images,
      maxHeldBytes: forPictures.bytes,
      maxHeldBytesPerPerson: forPictures.bytes * personShare,
    },
  }
  return { config, lowered: [forMessages, forPictures].flatMap(({ lowered }) => lowered ?? []) }
}

/** What there must be for the server not to be killed before it refuses sends, and what there is. Bytes. */
export interface MemoryNeed {
  readonly of: 'memory' | 'heap'
  readonly needed: number
  readonly there: number
  /** Whose limit it is. */
  readonly limitedBy: Exclude<LoweredCap['limitedBy'], 'UPLOAD_DIR'>
}

/** What caps need of the memory there is: that of the process, and that of V8's heap. Over Redis messages and pictures need none. */
export function memoryNeeds(
  config: Config,
  { group, machine, heap, uploadDisk }: MemoryThereIs,
): readonly MemoryNeed[] {
  const isOverRedis = config.redisUrl !== null
  const messages = isOverRedis ? 0 : config.maxMessageMemoryBytes
  const pictures = isOverRedis || uploadDisk === null ? 0 : config.images.maxHeldBytes
  return [
    {
      of: 'memory',
      needed: ownBytes + (messages + pictures) / heldShare,
      there: Math.min(group, machine),
      limitedBy: group < machine ? 'cgroup' : 'machine',
    },
    { of: 'heap', needed: ownHeapBytes + messages, there: heap, limitedBy: 'heap' },
  ]
}

/** One person may hold an eighth: the longest message must fit into it. */
function leastForMessages({ messageMaxLength }: Config): number {
  return Math.max(leastBytes, countBytes({ text: 'x'.repeat(messageMaxLength), image: null }) / personShare)
}

function lower(setting: LoweredCap['setting'], asked: number, least: number, bounds: readonly Bound[]) {
  const [tightest] = [...bounds].sort((one, other) => one.most - other.most)
  if (tightest === undefined || tightest.most >= asked) return { bytes: asked, lowered: null }
  const bytes = Math.min(asked, Math.max(Math.floor(tightest.most / megabyte) * megabyte, least))
  const lowered: LoweredCap = {
    setting,
    askedMegabytes: asked / megabyte,
    givenMegabytes: bytes / megabyte,
    limitedBy: tightest.by,
    limitMegabytes: Math.floor(tightest.limit / megabyte),
  }
  return { bytes, lowered: bytes < asked ? lowered : null }
}
