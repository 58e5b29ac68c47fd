import { expect, it } from 'vitest'
import { defaultSettings, hidesNames, settingsSchema } from '#src/accounts/settings.js'

it('somebody who has set nothing has these settings', () => {
  expect(defaultSettings).toEqual({
    theme: 'system',
    language: 'auto',
    zone: null,
    sendKey: 'auto',
    refreshSeconds: 0,
    sendsReceipts: true,
    sendsTyping: true,
    textSize: 'normal',
    announced: ['messages', 'typing', 'presence'],
    sounds: [],
    notifies: false,
    discreetTitles: null,
    startsPaused: false,
  })
})

it('a setting is one of its choices', () => {
  const chosen = {
    theme: 'contrast',
    language: 'ar',
    zone: 'Asia/Tokyo',
    sendKey: 'ctrl-enter',
    refreshSeconds: 60,
    sendsReceipts: false,
    sendsTyping: false,
    textSize: 'larger',
    announced: ['sent'],
    sounds: ['mine', 'theirs'],
    notifies: true,
    discreetTitles: true,
    startsPaused: true,
  }
  expect(settingsSchema.parse(chosen)).toEqual(chosen)
  expect(settingsSchema.parse({ zone: 'asia/TOKYO' }).zone).toBe('Asia/Tokyo')
})

it('what is chosen of several kinds is kept once, however often it is named', () => {
  const chosen = { announced: ['sent', ...Array(990).fill('messages'), 'sent'], sounds: ['mine', 'mine'] }
  expect(settingsSchema.parse(chosen)).toMatchObject({ announced: ['sent', 'messages'], sounds: ['mine'] })
})

it.each([
  ['theme', 'pink'],
  ['language', 'fr'],
  ['zone', 'Mars/Olympus'],
  ['sendKey', 'space'],
  ['refreshSeconds', 7],
  ['refreshSeconds', '5'],
  ['sendsReceipts', 'no'],
  ['sendsTyping', null],
  ['textSize', 'huge'],
  ['announced', ['everything']],
  ['sounds', 'mine'],
  ['notifies', 1],
  ['discreetTitles', 'yes'],
  ['startsPaused', 'on'],
])('the setting %s may not be %j', (name, value) => {
  expect(settingsSchema.safeParse({ [name]: value }).success).toBe(false)
})

it.each([
  [null, 'open', false],
  [null, 'exact', true],
  [true, 'open', true],
  [false, 'exact', false],
] as const)(
  'titles leave names out by a choice of %s in a directory that is %s: %s',
  (discreetTitles, directory, isSo) => {
    expect(hidesNames({ ...defaultSettings, discreetTitles }, directory)).toBe(isSo)
  },
)
