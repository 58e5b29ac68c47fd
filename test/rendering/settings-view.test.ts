import { describe, expect, it } from 'vitest'
import { defaultSettings } from '#src/accounts/settings.js'
import type { SentenceKey, SentenceValues } from '#src/rendering/sentences.js'
import { type Choice, viewSettings, zoneHint } from '#src/rendering/settings-view.js'

/** Names a sentence and what is put into it. */
const name = (key: SentenceKey, values?: SentenceValues) => (values ? `${key} ${Object.values(values)}` : key)
const view = (settings: Partial<typeof defaultSettings> = {}) => viewSettings({ ...defaultSettings, ...settings }, name)
const chosenOf = (choices: readonly Choice[]) => choices.filter(({ isChosen }) => isChosen).map(({ value }) => value)
const labelsOf = (choices: readonly Choice[]) => choices.map(({ value, label }) => [value, label])

describe('the settings as their page shows them', () => {
  it('name every choice', () => {
    const shown = view()
    expect(labelsOf(shown.themeChoices)).toEqual([
      ['system', 'settings.themeSystem'],
      ['dark', 'settings.themeDark'],
      ['light', 'settings.themeLight'],
      ['contrast', 'settings.themeContrast'],
    ])
    expect(labelsOf(shown.sendKeyChoices)).toEqual([
      ['auto', 'settings.themeSystem'],
      ['enter', 'settings.sendEnter'],
      ['ctrl-enter', 'settings.sendCtrlEnter'],
    ])
    expect(labelsOf(shown.textSizeChoices)).toEqual([
      ['normal', 'settings.textNormal'],
      ['large', 'settings.textLarge'],
      ['larger', 'settings.textLarger'],
    ])
    expect(labelsOf(shown.announcedChoices)).toEqual([
      ['messages', 'settings.announceMessages'],
      ['typing', 'settings.announceTyping'],
      ['presence', 'settings.announcePresence'],
      ['sent', 'settings.announceSent'],
    ])
    expect(labelsOf(shown.soundChoices)).toEqual([
      ['mine', 'settings.soundMine'],
      ['theirs', 'settings.soundTheirs'],
    ])
    expect(labelsOf(shown.refreshChoices)).toEqual([
      ['0', 'settings.refreshOff'],
      ['5', 'settings.refreshEvery 5'],
      ['15', 'settings.refreshEvery 15'],
      ['60', 'settings.refreshEvery 60'],
    ])
  })

  it('mark what is chosen where nobody has chosen', () => {
    const shown = view()
    const chosen = Object.entries(shown).map(([setting, choices]) => [setting, chosenOf(choices)])
    expect(Object.fromEntries(chosen)).toEqual({
      languageChoices: ['auto'],
      themeChoices: ['system'],
      sendKeyChoices: ['auto'],
      refreshChoices: ['0'],
      textSizeChoices: ['normal'],
      announcedChoices: ['messages', 'typing', 'presence'],
      soundChoices: [],
      zoneChoices: [''],
    })
  })

  it('mark what somebody has chosen', () => {
    const shown = view({
      ...{ language: 'de', theme: 'dark', sendKey: 'ctrl-enter', refreshSeconds: 15, textSize: 'larger' },
      ...{ announced: ['sent'], sounds: ['mine', 'theirs'], zone: 'Europe/Berlin' },
    })
    const chosen = Object.entries(shown).map(([setting, choices]) => [setting, chosenOf(choices)])
    expect(Object.fromEntries(chosen)).toEqual({
      languageChoices: ['de'],
      themeChoices: ['dark'],
      sendKeyChoices: ['ctrl-enter'],
      refreshChoices: ['15'],
      textSizeChoices: ['larger'],
      announcedChoices: ['sent'],
      soundChoices: ['mine', 'theirs'],
      zoneChoices: ['Europe/Berlin'],
    })
  })
})

it('a language is named in itself, and marked as being so named', () => {
  expect(view().languageChoices).toEqual([
    { value: 'auto', label: 'settings.languageBrowser', isChosen: true },
    { value: 'en', label: 'English', isChosen: false, language: 'en' },
    { value: 'de', label: 'Deutsch', isChosen: false, language: 'de' },
    { value: 'es', label: 'Español', isChosen: false, language: 'es' },
    { value: 'ar', label: 'العربية', isChosen: false, language: 'ar' },
  ])
})

describe('the time zones to choose from', () => {
  it('begin with that of the browser, then UTC', () => {
    expect(view().zoneChoices.slice(0, 2)).toEqual([
      { value: '', label: 'settings.languageBrowser', isChosen: true },
      { value: 'UTC', label: 'UTC', isChosen: false },
    ])
  })

  it('come with what the browser has told', () => {
    expect(zoneHint('America/New_York', name)).toBe('settings.zoneTold America/New York')
    expect(zoneHint(null, name)).toBe('settings.zoneUntold')
  })

  it('are named in words', () => {
    const names = new Map(labelsOf(view().zoneChoices).map(([value = '', label = '']) => [value, label]))
    expect(names.get('America/New_York')).toBe('America/New York')
    expect(names.get('Africa/Dar_es_Salaam')).toBe('Africa/Dar es Salaam')
  })

  it('hold the one that is chosen once, even where the machine no longer knows it', () => {
    const known = view({ zone: 'Europe/Berlin' }).zoneChoices
    expect(known.filter(({ value }) => value === 'Europe/Berlin')).toHaveLength(1)
    expect(known).toHaveLength(view().zoneChoices.length)
    const unknown = view({ zone: 'Mars/Olympus_Mons' }).zoneChoices
    expect(unknown.at(-1)).toEqual({ value: 'Mars/Olympus_Mons', label: 'Mars/Olympus Mons', isChosen: true })
    expect(chosenOf(unknown)).toEqual(['Mars/Olympus_Mons'])
  })
})
