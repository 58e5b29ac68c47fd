/** What people do with keys and pointers, as the WebDriver protocol takes it. Source: https://www.w3.org/TR/webdriver2/#actions */

/** How the protocol writes keys. Source: https://www.w3.org/TR/webdriver2/#keyboard-actions */
const keys: Readonly<Record<string, string>> = {
  ...{ Enter: '\uE007', Escape: '\uE00C', Tab: '\uE004', Delete: '\uE017' },
  ...{ ArrowUp: '\uE013', ArrowDown: '\uE015', Home: '\uE011', End: '\uE010' },
  ...{ Shift: '\uE008', Control: '\uE009' },
}

const down = (value: string) => ({ type: 'keyDown', value })
const up = (value: string) => ({ type: 'keyUp', value })
const onKeyboard = (actions: readonly object[]) => [{ type: 'key', id: 'keyboard', actions }]

/** Types text, letter by letter. */
export const typing = (text: string) => onKeyboard([...text].flatMap(letter => [down(letter), up(letter)]))

/** Presses a key, such as "Enter" or "Shift+Tab". */
export function pressing(key: string): object[] {
  const held = key.split('+').map(name => keys[name] ?? name)
  return onKeyboard([...held.map(down), ...held.toReversed().map(up)])
}

/** Clicks, in px from the upper left corner of what is shown. */
export const clickingAt = (x: number, y: number) => [
  {
    type: 'pointer',
    id: 'mouse',
    parameters: { pointerType: 'mouse' },
    actions: [
      { type: 'pointerMove', duration: 0, x: Math.round(x), y: Math.round(y), origin: 'viewport' },
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ],
  },
]
