import { describe, expect, it } from 'vitest'
import { readConfig } from '#src/config.js'
import { fitCaps, type LoweredCap, type MemoryThereIs, sayLowered } from '#src/fitted-caps.js'

const megabyte = 1_048_576
const secrets = { SESSION_SECRET: 'Zq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0PsW', JWT_SECRET: 'W8sPq3v9Lk2Xw8Tn5Rb7Yc1Mf4Hd6Gj0' }
const plenty: MemoryThereIs = { group: Number.POSITIVE_INFINITY, machine: 65_536, heap: 4096, uploadDisk: null }

/** What is given of settings where there is so much memory, in MB. */
function give(env: Record<string, string>, thereIs: Partial<MemoryThereIs>) {
  const { group, machine, heap, uploadDisk } = { ...plenty, ...thereIs }
  const { config, lowered } = fitCaps(readConfig(env), {
    ...{ group: group * megabyte, machine: machine * megabyte, heap: heap * megabyte },
    uploadDisk: uploadDisk === null ? null : uploadDisk * megabyte,
  })
  const { maxMessageMemoryBytes, maxMessageBytesPerPerson, maxUnreadBytes, maxUnreadBytesOfAll, images } = config
  const bytes = [maxMessageMemoryBytes, maxMessageBytesPerPerson, images.maxHeldBytes, images.maxHeldBytesPerPerson]
  const ofUnread = ({ setting }: LoweredCap) => setting === 'MAX_UNREAD_MB'
  return {
    given: bytes.map(each => each / megabyte),
    lowered: lowered.filter(cap => !ofUnread(cap)),
    unread: {
      given: [maxUnreadBytes, maxUnreadBytesOfAll].map(each => each / megabyte),
      lowered: lowered.filter(ofUnread),
    },
  }
}

describe('caps', () => {
  it('are what was asked for where there is memory for them', () => {
    const unread = { given: [16, 640], lowered: [] }
    expect(give({}, {})).toEqual({ given: [256, 32, 256, 32], lowered: [], unread })
    const env = { MAX_MESSAGE_MEMORY_MB: '1', MAX_PICTURES_MB: '2' }
    expect(give(env, { group: 256 })).toMatchObject({ given: [1, 1 / 8, 2, 2 / 8], lowered: [] })
  })

  it.each<[string, Partial<MemoryThereIs>, number, string, number]>([
    ['half of what a control group has beside the server itself', { group: 256 }, 53, 'cgroup', 256],
    ['the same of a machine', { machine: 400 }, 125, 'machine', 400],
    ['three quarters of what the heap has beside the server itself', { heap: 64 }, 12, 'heap', 64],
    ['what a little group and a little heap allow, whichever is less', { group: 256, heap: 64 }, 12, 'heap', 64],
    ['8 MB in any case', { group: 100 }, 8, 'cgroup', 100],
  ])('of messages are %s', (_what, thereIs, given, limitedBy, limitMegabytes) => {
    const { given: all, lowered } = give({}, thereIs)
    expect(all).toEqual([given, given / 8, 256, 32])
    const asked = { setting: 'MAX_MESSAGE_MEMORY_MB', askedMegabytes: 256 }
    expect(lowered).toEqual([{ ...asked, givenMegabytes: given, limitedBy, limitMegabytes }])
  })

  it('of messages leave space for one of the longest of each person', () => {
    const env = { MESSAGE_MAX_LENGTH: '1000000' }
    const [messages = 0, ofPerson = 0] = give(env, { group: 100 }).given
    expect([messages, ofPerson * megabyte]).toEqual([(8 * 2_000_512) / megabyte, 2_000_512])
  })

  it('of messages and pictures share the memory where pictures lie in it too', () => {
    const { given, lowered } = give({}, { group: 512, uploadDisk: 512 })
    expect(given).toEqual([90, 90 / 8, 90, 90 / 8])
    expect(lowered.map(({ setting }) => setting)).toEqual(['MAX_MESSAGE_MEMORY_MB', 'MAX_PICTURES_MB'])
  })

  it('of pictures fit into the file system in memory that they lie in', () => {
    const { given, lowered } = give({}, { uploadDisk: 101 })
    expect(given).toEqual([256, 32, 100, 12.5])
    const asked = { setting: 'MAX_PICTURES_MB', askedMegabytes: 256 }
    expect(lowered).toEqual([{ ...asked, givenMegabytes: 100, limitedBy: 'UPLOAD_DIR', limitMegabytes: 101 }])
    const says = 'MAX_PICTURES_MB was lowered to what fits the tmpfs of UPLOAD_DIR: for more, make that larger'
    expect(lowered.map(sayLowered)).toEqual([says])
  })

  it.each([
    [8, 7],
    [2, 1],
    [1, 1],
  ])('of pictures are less than a file system in memory of %d MB: %d MB', (uploadDisk, given) => {
    expect(give({}, { uploadDisk }).given.slice(2)).toEqual([given, given / 8])
  })

  it('of pictures share the memory where their file system may take all of it', () => {
    const uploadDisk = Number.POSITIVE_INFINITY
    expect(give({}, { group: 512, uploadDisk }).given).toEqual([90, 90 / 8, 90, 90 / 8])
    expect(give({}, { uploadDisk }).lowered).toEqual([])
  })

  it('are left alone over Redis, where this process holds neither', () => {
    const env = { REDIS_URL: 'redis://one:6379', ...secrets }
    expect(give(env, { group: 256, uploadDisk: 10 })).toMatchObject({ given: [256, 32, 256, 32], lowered: [] })
  })

  it.each<[string, Partial<MemoryThereIs>, [number, number], string, number]>([
    [
      'an eighth of a quarter of what a control group has beside the server itself',
      { group: 256 },
      [3, 26],
      'cgroup',
      256,
    ],
    ['the same of a machine', { machine: 400 }, [7, 62], 'machine', 400],
    ['an eighth of what messages leave of the heap', { heap: 128 }, [2, 20], 'heap', 128],
    ['a megabyte in any case', { group: 100 }, [1, 1], 'cgroup', 100],
  ])('of what one person has not read are %s', (_what, thereIs, given, limitedBy, limitMegabytes) => {
    const asked = { setting: 'MAX_UNREAD_MB', askedMegabytes: 16, givenMegabytes: given[0] }
    expect(give({}, thereIs).unread).toEqual({ given, lowered: [{ ...asked, limitedBy, limitMegabytes }] })
  })

  it('of what nobody has read yet are for forty people, or what fits, over Redis too', () => {
    expect(give({ MAX_UNREAD_MB: '2' }, { group: 512 }).unread).toEqual({ given: [2, 80], lowered: [] })
    expect(give({ MAX_UNREAD_MB: '2' }, { group: 256 }).unread).toEqual({ given: [2, 26], lowered: [] })
    expect(give({ REDIS_URL: 'redis://one:6379', ...secrets }, { group: 256 }).unread.given).toEqual([9, 79])
  })
})
