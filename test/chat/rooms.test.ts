// Long because every command of the one door to the rooms is tested here.
import { describe, expect, it, vi } from 'vitest'
import type { Engine, Message, Publication, RoomView, ServerNotice } from '#src/chat/engine.js'
import { ChatError } from '#src/chat/errors.js'
import { Rooms, type RoomsDeps } from '#src/chat/rooms.js'
import { codeOf } from '../support/engine/world.js'

const minute = 60_000
const rules = { messageMaxLength: 5, messageTtlMs: 60 * minute, messageTtlMaxMs: 120 * minute }
const nobody = { delivered: 0, seen: 0 }
const picture = { id: 'stored', width: 4, height: 3, alt: 'a cat' }

const view: RoomView = {
  id: 'room',
  epoch: 'epoch',
  version: 1,
  otherId: 'bob',
  presence: null,
  mine: nobody,
  theirs: nobody,
  messages: [],
  previous: null,
  later: 0,
  survivors: null,
  newestSeq: 0,
  unread: 0,
  vanished: { theirs: { total: 0, shown: 0, afterSeq: 0 }, mine: { total: 0, shown: 0, afterSeq: 0 } },
  lifetime: null,
  erasesWhenLeft: true,
  timeline: [],
  mayLiveFromSeen: true,
  expiring: [],
}

const message: Message = {
  id: 'message',
  roomId: 'room',
  seq: 1,
  senderId: 'ann',
  nonce: 'n',
  text: 'hello',
  image: null,
  replyTo: null,
  sentAt: 0,
  expiresAt: 1,
  lifetimeMs: 1,
  keptTimes: 0,
  livesFrom: 'sent',
  hasBegun: true,
}

interface Setup extends Partial<RoomsDeps> {
  readonly waitMs?: number
  /** The picture of the message that the engine answers a send with, and whether it was there already. */
  readonly sentImage?: Message['image']
  readonly isDuplicate?: boolean
  readonly engineFails?: boolean
  readonly imageLifetimeMs?: number
}

/** The rooms in front of an engine that does nothing. `calls` has what was called of it and of what stands beside it. */
function start({
  waitMs = 0,
  sentImage = null,
  isDuplicate = false,
  engineFails = false,
  imageLifetimeMs = 60 * minute,
  ...deps
}: Setup = {}) {
  const calls: unknown[][] = []
  const subscribers = new Set<(publication: Publication) => void>()
  const answers =
    <T>(name: string, answer: T) =>
    async (...args: unknown[]): Promise<T> => {
      calls.push([name, ...args])
      if (engineFails) throw new ChatError('room_full', 9)
      return answer
    }
  const counts = (name: string) => (userId: string) => {
    calls.push([name, userId])
    return waitMs
  }
  const engine: Engine = {
    openRoom: answers('openRoom', view),
    isMember: answers('isMember', true),
    readRoom: answers('readRoom', view),
    readQuote: answers('readQuote', null),
    readReach: answers('readReach', null),
    listOthers: answers('listOthers', []),
    listRooms: answers('listRooms', { rooms: [], hasEarlier: false, totalUnread: 0 }),
    sendMessage: answers('sendMessage', { message: { ...message, image: sentImage }, duplicate: isDuplicate }),
    removeMessage: answers('removeMessage', undefined),
    setLifetime: answers('setLifetime', undefined),
    setErasure: answers('setErasure', undefined),
    listEndings: answers('listEndings', []),
    keepLonger: answers('keepLonger', undefined),
    dismissWarning: answers('dismissWarning', undefined),
    moveCursor: answers('moveCursor', undefined),
    noteVanishedShown: answers('noteVanishedShown', undefined),
    setTyping: answers('setTyping', undefined),
    endRoom: answers('endRoom', undefined),
    forgetPerson: answers('forgetPerson', undefined),
    setPrivacy: answers('setPrivacy', []),
    holdLease: answers('holdLease', undefined),
    dropLease: answers('dropLease', undefined),
    readPresence: answers('readPresence', new Map()),
    readStats: answers('readStats', { rooms: 0, messages: 0, onlineUsers: 0, bytesHeld: 0, expiredMessages: 0 }),
    readOwnStats: answers('readOwnStats', { rooms: 0, messages: 0, bytesHeld: 0 }),
    subscribe(subscriber) {
      subscribers.add(subscriber)
      return () => subscribers.delete(subscriber)
    },
    stop: answers('stop', undefined),
  }
  const rooms = new Rooms(engine, rules, {
    countSend: counts('countSend'),
    countReaching: counts('countReaching'),
    personExists: async userId => {
      calls.push(['personExists', userId])
      return true
    },
    claimImage: async (...args) => {
      calls.push(['claimImage', ...args])
      const settle = (sent: Message | null) => calls.push(['settle', sent && (sent.image?.id ?? '')])
      return { image: picture, lifetimeMs: imageLifetimeMs, settle }
    },
    ...deps,
  })
  const publish = (...notices: ServerNotice[]) => {
    for (const subscriber of [...subscribers]) subscriber({ told: [], notices })
  }
  return { rooms, calls, publish }
}

describe('a chat is opened', () => {
  it('once it is counted, and the other is known to exist', async () => {
    const { rooms, calls } = start()
    expect(await rooms.open('ann', 'bob')).toBe(view)
    expect(calls).toEqual([
      ['countReaching', 'ann'],
      ['personExists', 'bob'],
      ['openRoom', 'ann', 'bob'],
    ])
  })

  it('with nobody who does not exist', async () => {
    const { rooms, calls } = start({ personExists: async () => false })
    expect(await codeOf(rooms.open('ann', 'bob'))).toBe('not_found')
    expect(calls).toEqual([['countReaching', 'ann']])
  })

  it('not before its turn, and nobody is looked up for it', async () => {
    const { rooms, calls } = start({ waitMs: 1 })
    await expect(rooms.open('ann', 'bob')).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 1 })
    expect(calls).toEqual([['countReaching', 'ann']])
  })
})

describe('a message is sent', () => {
  const send = async ({ rooms }: ReturnType<typeof start>, content: string, imageId?: string) =>
    rooms.send('room', 'ann', { content, nonce: 'n', imageId })

  it('once it is counted, with line ends as LF', async () => {
    const stage = start()
    expect(await send(stage, 'a\r\nb')).toEqual({ message, duplicate: false })
    expect(stage.calls).toEqual([
      ['countSend', 'ann'],
      ['sendMessage', 'room', 'ann', { nonce: 'n', text: 'a\nb', image: null, replyTo: null }],
    ])
  })

  it.each(['', 'upload'])('and whoever has to know of each is told, of a repetition not: picture %j', async imageId => {
    const onSent = vi.fn()
    await send(start({ onSent }), 'a', imageId)
    expect(onSent.mock.calls).toEqual([[message]])
    await send(start({ onSent, isDuplicate: true }), 'a', imageId)
    expect(await codeOf(send(start({ onSent, engineFails: true }), 'a', imageId))).toBe('room_full')
    expect(onSent).toHaveBeenCalledTimes(1)
  })

  it.each([undefined, ''])('never without text and picture (%j), which is not even counted', async imageId => {
    const stage = start()
    expect(await codeOf(send(stage, '', imageId))).toBe('message_empty')
    expect(stage.calls).toEqual([])
  })

  it.each([
    ['nothing visible', ' \n', 'message_empty'],
    ['more than the longest text', '123456', 'message_too_long'],
    ['a control character', 'a\u0000', 'message_invalid'],
  ])('never with %s, which is counted', async (_what, content, code) => {
    const stage = start()
    expect(await codeOf(send(stage, content))).toBe(code)
    expect(stage.calls).toEqual([['countSend', 'ann']])
  })

  it('with the longest text', async () => {
    expect(await codeOf(send(start(), '12345'))).toBe('accepted')
  })

  it.each(['123456', '\u0000', ' '])(
    'not before its turn, and its text is not looked at until then: %j',
    async content => {
      const stage = start({ waitMs: 500 })
      await expect(send(stage, content)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 500 })
      expect(stage.calls).toEqual([['countSend', 'ann']])
    },
  )

  it('not before its turn, and its picture is not claimed until then', async () => {
    const stage = start({ waitMs: 500 })
    expect(await codeOf(send(stage, '', 'upload'))).toBe('rate_limited')
    expect(stage.calls).toEqual([['countSend', 'ann']])
  })

  it('with its picture, once that is claimed for it, and says so afterwards', async () => {
    const stage = start({ sentImage: picture })
    expect(await send(stage, 'look', 'upload')).toEqual({ message: { ...message, image: picture }, duplicate: false })
    expect(stage.calls).toEqual([
      ['countSend', 'ann'],
      ['claimImage', 'upload', 'room', 'ann', 'n'],
      ['sendMessage', 'room', 'ann', { nonce: 'n', text: 'look', image: picture, replyTo: null }],
      ['settle', 'stored'],
    ])
  })

  it.each(['', ' \n'])('with its picture and no visible text (%j)', async content => {
    const stage = start()
    await send(stage, content, 'upload')
    expect(stage.calls).toContainEqual([
      'sendMessage',
      'room',
      'ann',
      { nonce: 'n', text: '', image: picture, replyTo: null },
    ])
  })

  it('a second time without the picture of the second time, which is told so', async () => {
    const stage = start({ sentImage: null })
    await send(stage, 'again', 'upload')
    expect(stage.calls.at(-1)).toEqual(['settle', ''])
  })

  it('never with a picture that may not be claimed', async () => {
    const stage = start({ claimImage: () => Promise.reject(new ChatError('image_not_found')) })
    expect(await codeOf(send(stage, 'look', 'upload'))).toBe('image_not_found')
    expect(stage.calls).toEqual([['countSend', 'ann']])
  })

  it('or refused by the engine, and then its picture is told once that it was not sent', async () => {
    const stage = start({ engineFails: true })
    await expect(send(stage, 'look', 'upload')).rejects.toMatchObject({ code: 'room_full', retryAfterMs: 9 })
    expect(stage.calls.filter(([name]) => name === 'settle')).toEqual([['settle', null]])
  })

  it.each([
    ['as its picture where pictures live shorter than messages', 60 * minute - 1, { mostLifetimeMs: 60 * minute - 1 }],
    ['as the chat has it where pictures live as long as messages', 60 * minute, {}],
    ['as the chat has it where pictures live longer than messages', 60 * minute + 1, {}],
  ])('to live as long %s', async (_title, imageLifetimeMs, bound) => {
    const stage = start({ imageLifetimeMs })
    await send(stage, 'look', 'upload')
    const draft = { nonce: 'n', text: 'look', image: picture, replyTo: null, ...bound }
    expect(stage.calls).toContainEqual(['sendMessage', 'room', 'ann', draft])
  })
})

describe('what reaches the other person', () => {
  const commands: [string, (rooms: Rooms) => Promise<void>, unknown[]][] = [
    [
      'taking a message back',
      rooms => rooms.unsend('room', 'ann', 'message'),
      ['removeMessage', 'room', 'ann', 'message'],
    ],
    [
      'choosing a lifetime',
      rooms => rooms.setLifetime('room', 'ann', { lifetimeMs: 5 * minute, from: 'sent' }),
      ['setLifetime', 'room', 'ann', { lifetimeMs: 5 * minute, from: 'sent' }],
    ],
    ['keeping messages longer', rooms => rooms.keepLonger('room', 'ann'), ['keepLonger', 'room', 'ann']],
    ['ending the chat', rooms => rooms.end('room', 'ann'), ['endRoom', 'room', 'ann']],
  ]

  it.each(commands)('is counted first: %s', async (_title, command, call) => {
    const { rooms, calls } = start()
    await command(rooms)
    expect(calls).toEqual([['countReaching', 'ann'], call])
  })

  it.each(commands)('waits for its turn: %s', async (_title, command) => {
    const { rooms, calls } = start({ waitMs: 1 })
    await expect(command(rooms)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 1 })
    expect(calls).toEqual([['countReaching', 'ann']])
  })

  it.each(commands)('is refused as the engine refuses it: %s', async (_title, command) => {
    expect(await codeOf(command(start({ engineFails: true }).rooms))).toBe('room_full')
  })

  it.each([5 * minute - 1, 120 * minute + 1])(
    'is not counted for a lifetime of %i ms, which nobody may choose',
    async ms => {
      const { rooms, calls } = start()
      expect(await codeOf(rooms.setLifetime('room', 'ann', { lifetimeMs: ms, from: 'sent' }))).toBe('invalid')
      expect(calls).toEqual([])
    },
  )

  it.each([true, false])('is counted for typing (%j)', async isTyping => {
    const { rooms, calls } = start()
    await rooms.setTyping('room', 'ann', isTyping)
    expect(calls).toEqual([
      ['countReaching', 'ann'],
      ['setTyping', 'room', 'ann', isTyping],
    ])
  })

  it('is dropped without a word for typing beyond the limit', async () => {
    const { rooms, calls } = start({ waitMs: 1 })
    await rooms.setTyping('room', 'ann', true)
    expect(calls).toEqual([['countReaching', 'ann']])
  })
})

describe('where a count and a command go together', () => {
  /** Rooms in front of an engine that counts, which is told of in `calls` by the limit. */
  function startCounted(waitMs = 0) {
    const { rooms, calls } = start({
      waitMs,
      counted: {
        send: userId => ({ sendMessage: countedCall('send', userId, { message, duplicate: false }) }),
        reaching: userId => ({
          removeMessage: countedCall('removeMessage', userId, undefined),
          setLifetime: countedCall('setLifetime', userId, undefined),
          setErasure: countedCall('setErasure', userId, undefined),
          keepLonger: countedCall('keepLonger', userId, undefined),
          setTyping: countedCall('setTyping', userId, undefined),
          endRoom: countedCall('endRoom', userId, undefined),
        }),
      },
    })
    function countedCall<T>(name: string, userId: string, answer: T) {
      return async (...args: unknown[]): Promise<T> => {
        calls.push([`counted for ${userId}: ${name}`, ...args])
        if (waitMs > 0) throw new ChatError('rate_limited', waitMs)
        return answer
      }
    }
    return { rooms, calls }
  }
  const input = (content: string, imageId?: string) => ({ content, nonce: 'n', imageId })

  it('a message is sent by that alone', async () => {
    const { rooms, calls } = startCounted()
    expect(await rooms.send('room', 'ann', input('a\r\nb'))).toEqual({ message, duplicate: false })
    const draft = { nonce: 'n', text: 'a\nb', image: null, replyTo: null }
    expect(calls).toEqual([['counted for ann: send', 'room', 'ann', draft]])
  })

  it.each([
    ['nothing visible', ' \n', 'message_empty'],
    ['more than the longest text', '123456', 'message_too_long'],
    ['a control character', 'a\u0000', 'message_invalid'],
  ])('a message with %s is counted by itself, and refused', async (_what, content, code) => {
    const { rooms, calls } = startCounted()
    expect(await codeOf((async () => rooms.send('room', 'ann', input(content)))())).toBe(code)
    expect(calls).toEqual([['countSend', 'ann']])
  })

  it.each(['12345', '123456', ' '])('a message is refused before its turn, whatever its text: %j', async content => {
    const { rooms } = startCounted(500)
    await expect(rooms.send('room', 'ann', input(content))).rejects.toMatchObject({
      ...{ code: 'rate_limited', retryAfterMs: 500 },
    })
  })

  it('a picture is claimed after a count of its own', async () => {
    const { rooms, calls } = startCounted()
    await rooms.send('room', 'ann', input('', 'upload'))
    expect(calls.map(([name]) => name)).toEqual(['countSend', 'claimImage', 'sendMessage', 'settle'])
  })

  it('what reaches the other person is done by that alone', async () => {
    const { rooms, calls } = startCounted()
    await rooms.unsend('room', 'ann', 'message')
    await rooms.setTyping('room', 'ann', true)
    expect(calls).toEqual([
      ['counted for ann: removeMessage', 'room', 'ann', 'message'],
      ['counted for ann: setTyping', 'room', 'ann', true],
    ])
  })

  it('typing beyond the limit is dropped without a word, and anything else is refused', async () => {
    const { rooms } = startCounted(1)
    await rooms.setTyping('room', 'ann', true)
    await expect(rooms.end('room', 'ann')).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 1 })
  })
})

describe('what is not counted', () => {
  it.each(['delivered', 'seen'] as const)('is the report that a message was %s', async kind => {
    const { rooms, calls } = start({ waitMs: 1 })
    await rooms.report('room', 'ann', kind, 'message', 3)
    expect(calls).toEqual([['moveCursor', 'room', 'ann', kind, 'message', 3]])
  })

  it('is that one dismisses a warning', async () => {
    const { rooms, calls } = start({ waitMs: 1 })
    await rooms.dismissWarning('room', 'ann')
    expect(calls).toEqual([['dismissWarning', 'room', 'ann']])
  })

  it('is the report that counts of vanished messages were shown', async () => {
    const { rooms, calls } = start({ waitMs: 1 })
    await rooms.noteVanishedShown('room', 'ann', { theirs: 2, mine: 1 })
    expect(calls).toEqual([['noteVanishedShown', 'room', 'ann', { theirs: 2, mine: 1 }]])
  })

  it('is a visitor without JavaScript, who is here for a minute', async () => {
    const { rooms, calls } = start({ waitMs: 1 })
    await rooms.showPresent('ann', 'a-session')
    expect(calls).toEqual([['holdLease', 'ann', 'page a-session', minute]])
  })

  it('is what is read', async () => {
    const { rooms, calls } = start({ waitMs: 1 })
    expect(await rooms.reads.readRoom('room', 'ann')).toBe(view)
    expect(calls).toEqual([['readRoom', 'room', 'ann']])
  })
})

describe('whoever listens to notices', () => {
  const [first, second, third] = ['one', 'two', 'three'].map(roomId => ({ type: 'room.dissolved', roomId }) as const)

  it('hears each one, in their order, until they end it', () => {
    const { rooms, publish } = start()
    if (!first || !second || !third) throw new Error('there are three notices')
    const listener = vi.fn()
    const end = rooms.onNotice(listener)
    publish(first, second)
    end()
    publish(third)
    expect(listener.mock.calls).toEqual([[first], [second]])
  })
})
