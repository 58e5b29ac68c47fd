import { describe, expect, it } from 'vitest'
import { browserNameOf } from '#src/http/browser-name.js'

const nameOf = (userAgent?: string) => Object.values(browserNameOf({ headers: { 'user-agent': userAgent } })).join(', ')
const webKit = 'AppleWebKit/537.36 (KHTML, like Gecko)'
const iPhone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'
const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)'
const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)'
const android = 'Mozilla/5.0 (Linux; Android 10; K)'

describe('the name of a browser', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox, Linux'],
    ['Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0', 'Firefox, Android'],
    [`${iPhone} FxiOS/140.0 Mobile/15E148 Safari/605.1.15`, 'Firefox, iOS'],
    [`${windows} ${webKit} Chrome/140.0.0.0 Safari/537.36`, 'Chrome, Windows'],
    [`${android} ${webKit} Chrome/140.0.0.0 Mobile Safari/537.36`, 'Chrome, Android'],
    [`${iPhone} CriOS/140.0.0.0 Mobile/15E148 Safari/604.1`, 'Chrome, iOS'],
    [`Mozilla/5.0 (X11; Linux x86_64) ${webKit} HeadlessChrome/140.0.0.0 Safari/537.36`, 'Chrome, Linux'],
    [`${windows} ${webKit} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0`, 'Edge, Windows'],
    [`${android} ${webKit} Chrome/140.0.0.0 Mobile Safari/537.36 EdgA/140.0.0.0`, 'Edge, Android'],
    [`${iPhone} Version/18.0 EdgiOS/140.0.0.0 Mobile/15E148 Safari/604.1`, 'Edge, iOS'],
    [`${mac} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15`, 'Safari, macOS'],
    [`${iPhone} Version/18.0 Mobile/15E148 Safari/604.1`, 'Safari, iOS'],
    [`${mac} ${webKit} Chrome/140.0.0.0 Safari/537.36 OPR/120.0.0.0`, 'Opera, macOS'],
    [`${android} ${webKit} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`, 'Samsung Internet, Android'],
    [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${webKit} Chrome/140.0.0.0 Safari/537.36`, 'Chrome, '],
    ['Mozilla/5.0 (Windows NT 10.0) Something/1.0', ', Windows'],
    ['curl/8.0', ', '],
    ['', ', '],
  ])('of %s', (userAgent, name) => {
    expect(nameOf(userAgent)).toBe(name)
  })

  it('is not looked for far behind the beginning, and nothing where no header came', () => {
    expect([nameOf(`${' '.repeat(1_000)}Firefox/140.0`), nameOf()]).toEqual([', ', ', '])
  })
})
