import {
  type AccountSettings,
  announcementKinds,
  languageChoices,
  refreshRates,
  sendKeys,
  soundKinds,
  textSizes,
  themes,
} from '../accounts/settings.js'
import { timeZones } from '../accounts/time-zone.js'
import { traitsOf } from '../languages.js'
import type { SentenceKey, Translate } from './sentences.js'

/** One of several options of a setting. */
export interface Choice {
  readonly value: string
  readonly label: string
  readonly isChosen: boolean
  /** The label's language, if it is not the page's. */
  readonly language?: string
}

const themeNames = {
  contrast: 'settings.themeContrast',
  system: 'settings.themeSystem',
  dark: 'settings.themeDark',
  light: 'settings.themeLight',
} as const
const textSizeNames = {
  normal: 'settings.textNormal',
  large: 'settings.textLarge',
  larger: 'settings.textLarger',
} as const
const announcementNames = {
  messages: 'settings.announceMessages',
  typing: 'settings.announceTyping',
  presence: 'settings.announcePresence',
  sent: 'settings.announceSent',
} as const
const soundNames = { mine: 'settings.soundMine', theirs: 'settings.soundTheirs' } as const
const sendKeyNames = {
  auto: 'settings.themeSystem',
  enter: 'settings.sendEnter',
  'ctrl-enter': 'settings.sendCtrlEnter',
} as const

/** The choices of a person's settings, beside those of yes or no. */
export function viewSettings(settings: AccountSettings, t: Translate) {
  const choose = <T extends string>(
    values: readonly T[],
    names: Readonly<Record<T, SentenceKey>>,
    ...chosen: readonly T[]
  ): Choice[] => values.map(value => ({ value, label: t(names[value]), isChosen: chosen.includes(value) }))
  return {
    languageChoices: languageChoices.map(language => ({
      value: language,
      isChosen: language === settings.language,
      ...(language === 'auto'
        ? { label: t('settings.languageBrowser') }
        : { label: traitsOf(language).ownName, language }),
    })),
    themeChoices: choose(themes, themeNames, settings.theme),
    sendKeyChoices: choose(sendKeys, sendKeyNames, settings.sendKey),
    refreshChoices: refreshRates.map(rate => ({
      value: String(rate),
      label: rate === 0 ? t('settings.refreshOff') : t('settings.refreshEvery', { seconds: rate }),
      isChosen: rate === settings.refreshSeconds,
    })),
    textSizeChoices: choose(textSizes, textSizeNames, settings.textSize),
    announcedChoices: choose(announcementKinds, announcementNames, ...settings.announced),
    soundChoices: choose(soundKinds, soundNames, ...settings.sounds),
    zoneChoices: [
      { value: '', label: t('settings.languageBrowser'), isChosen: settings.zone === null },
      ...[...new Set([...timeZones(), ...(settings.zone ? [settings.zone] : [])])].map(zone => ({
        value: zone,
        label: nameOf(zone),
        isChosen: zone === settings.zone,
      })),
    ],
  }
}

/** Says what the browser tells of its time zone; null if it has told none. */
export function zoneHint(browserZone: string | null, t: Translate): string {
  return browserZone ? t('settings.zoneTold', { zone: nameOf(browserZone) }) : t('settings.zoneUntold')
}

function nameOf(zone: string): string {
  return zone.replaceAll('_', ' ')
}
