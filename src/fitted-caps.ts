import { countBytes } from './chat/engine.js'
import { type Config, personShare } from './config.js'
import { type MemoryLimits, readMemoryDiskSize, readMemoryLimits } from './memory-limit.js'

const megabyte = 1024 * 1024
/** What the server takes beside what it holds for people. Source: docs/hosting.md */
const ownBytes = 150 * megabyte
/**
 * Which parts of the rest messages and pictures may take, and what people have not read yet; over Redis, where this process holds only
 * the latter, it may take both. What is left, a quarter, is for answers that are being made and for garbage.
 */
const heldShare = 1 / 2
const unreadShare = 1 / 4
/** Which part of what may be unread one person may leave so, where that is less than MAX_UNREAD_MB. */
const unreadShareEach = 1 / 8
/** What the server itself takes of V8's heap, with what comes and goes. */
const ownHeapBytes = 48 * megabyte
/**
 * Which part of the rest of the heap messages may take: most of their bytes lie outside of it, but of one with a picture that is
 * described at length it holds almost all. What they leave is for what is unread: a catch-up lies in the heap.
 */
const heldHeapShare = 3 / 4
/** With less the chat would be of no use. Pictures have less only where their tmpfs has. */
const leastBytes = 8 * megabyte
/** The least there is: a setting can ask for no less. */
const leastPictureBytes = megabyte
const leastUnreadBytes = megabyte

/** A cap that is lower than asked for, as the log says it. */
export interface LoweredCap {
  readonly setting: 'MAX_MESSAGE_MEMORY_MB' | 'MAX_PICTURES_MB' | 'MAX_UNREAD_MB'
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

/** Settings whose caps fit, and those that were lowered for it. */
export interface FittedCaps {
  readonly config: Config
  readonly lowered: readonly LoweredCap[]
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
 * Lowers the caps of messages, of pictures, and of what is unread to what fits the memory there is, so that the server refuses before
 * the process is out of memory. Pictures count where they lie in memory too. Over Redis this process holds neither them nor messages.
 */
export function fitCaps(asked: Config, thereIs: MemoryThereIs): FittedCaps {
  const held = asked.redisUrl === null ? fitHeld(asked, thereIs) : { config: asked, lowered: [] }
  const unread = fitUnread(held.config, thereIs)
  return { config: unread.config, lowered: [...held.lowered, ...unread.lowered] }
}

function fitHeld(asked: Config, thereIs: MemoryThereIs): FittedCaps {
  const { maxMessageMemoryBytes: messages, images } = asked
  const { heap, uploadDisk } = thereIs
  const { limit, rest, by } = memoryFor(thereIs)
  const inMemory = messages + (uploadDisk === null ? 0 : images.maxHeldBytes)
  const share = (rest * heldShare) / inMemory
  const forMessages = lower('MAX_MESSAGE_MEMORY_MB', messages, leastForMessages(asked), [
    { by, limit, most: messages * share },
    { by: 'heap', limit: heap, most: (heap - ownHeapBytes) * heldHeapShare },
  ])
  const mostOnDisk = Math.floor((uploadDisk ?? Number.POSITIVE_INFINITY) / megabyte - 1) * megabyte
  const boundsOfPictures: Bound[] =
    uploadDisk === null
      ? []
      : [
          { by, limit, most: images.maxHeldBytes * share },
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

/** @param asked the settings, in which the caps of messages and pictures fit */
function fitUnread(asked: Config, thereIs: MemoryThereIs): FittedCaps {
  const { heap } = thereIs
  const { limit, rest, by } = memoryFor(thereIs)
  const bounds: Bound[] = [
    { by, limit, most: rest * (asked.redisUrl === null ? unreadShare : heldShare + unreadShare) },
    { by: 'heap', limit: heap, most: heap - ownHeapBytes - messageBytesHeld(asked) },
  ]
  const most = Math.min(asked.maxUnreadBytesOfAll, ...bounds.map(bound => bound.most))
  const boundsEach = bounds.map(bound => ({ ...bound, most: bound.most * unreadShareEach }))
  const each = lower('MAX_UNREAD_MB', asked.maxUnreadBytes, leastUnreadBytes, boundsEach)
  const config: Config = {
    ...asked,
    maxUnreadBytes: each.bytes,
    maxUnreadBytesOfAll: Math.max(Math.floor(most / megabyte) * megabyte, each.bytes),
  }
  return { config, lowered: each.lowered ? [each.lowered] : [] }
}

/** Over Redis this process holds no messages. */
function messageBytesHeld({ redisUrl, maxMessageMemoryBytes }: Config): number {
  return redisUrl === null ? maxMessageMemoryBytes : 0
}

/** The memory of this process, and what there is beside the server itself. */
function memoryFor({ group, machine }: MemoryThereIs): { limit: number; rest: number; by: 'cgroup' | 'machine' } {
  const limit = Math.min(group, machine)
  return { limit, rest: Math.max(limit - ownBytes, 0), by: group < machine ? 'cgroup' : 'machine' }
}

/** What there must be for the server not to be killed before it refuses, and what there is. Bytes. */
export interface MemoryNeed {
  readonly of: 'memory' | 'heap'
  /** For what, in words. */
  readonly parts: ReadonlyMap<string, number>
  readonly needed: number
  readonly there: number
  /** Whose limit it is. */
  readonly limitedBy: Exclude<LoweredCap['limitedBy'], 'UPLOAD_DIR'>
}

/** What caps need of the memory there is: that of the process, and that of V8's heap. Over Redis messages and pictures need none. */
export function memoryNeeds(config: Config, thereIs: MemoryThereIs): readonly MemoryNeed[] {
  const { limit, by } = memoryFor(thereIs)
  const messages = messageBytesHeld(config)
  const pictures = config.redisUrl !== null || thereIs.uploadDisk === null ? 0 : config.images.maxHeldBytes
  const unread = config.maxUnreadBytesOfAll
  const comesAndGoes = ((messages + pictures + unread) * (1 - heldShare - unreadShare)) / (heldShare + unreadShare)
  const held = { messages, pictures, 'what is unread': unread }
  const ofMemory = { 'the server itself': ownBytes, ...held, 'what comes and goes': comesAndGoes }
  const ofHeap = { 'the server itself': ownHeapBytes, messages, 'what is unread': unread }
  return [
    needOf('memory', ofMemory, { there: limit, limitedBy: by }),
    needOf('heap', ofHeap, { there: thereIs.heap, limitedBy: 'heap' }),
  ]
}

function needOf(
  of: MemoryNeed['of'],
  parts: Readonly<Record<string, number>>,
  limit: Pick<MemoryNeed, 'there' | 'limitedBy'>,
): MemoryNeed {
  const some = new Map(Object.entries(parts).filter(([, bytes]) => bytes > 0))
  return { of, parts: some, needed: [...some.values()].reduce((sum, bytes) => sum + bytes, 0), ...limit }
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
