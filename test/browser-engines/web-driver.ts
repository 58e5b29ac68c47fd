import { DesktopPart, until } from '../support/desktop-part.js'
import { freePort } from '../support/free-port.js'

/** What a driver says of a command that it could not do. */
export class WebDriverError extends Error {
  override readonly name = 'WebDriverError'
  /** Its kind, such as "no such element". Source: https://www.w3.org/TR/webdriver2/#errors */
  readonly code: string

  constructor(code: string, message: string) {
    super(`${code}: ${message}`)
    this.code = code
  }
}

/** A command takes no longer than this, in ms; a driver that hangs says nothing. */
const patienceMs = 30_000

interface Answered {
  readonly value: unknown
}

const isAnswered = (json: unknown): json is Answered => typeof json === 'object' && json !== null && 'value' in json
/** The text that an answer has under a name; '' if none. */
export const textAt = (value: unknown, name: string): string => {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
  return typeof found === 'string' ? found : ''
}

/** One session of the WebDriver protocol, over plain HTTP. Source: https://www.w3.org/TR/webdriver2/ */
export class WebDriverSession {
  readonly #base: string

  private constructor(base: string) {
    this.#base = base
  }

  /** Asks a driver for a browser. @throws WebDriverError */
  static async begin(driver: string, capabilities: object): Promise<WebDriverSession> {
    const begun = await ask(`${driver}/session`, 'POST', { capabilities: { alwaysMatch: capabilities } })
    return new WebDriverSession(`${driver}/session/${textAt(begun, 'sessionId')}`)
  }

  get(path: string): Promise<unknown> {
    return ask(this.#base + path, 'GET')
  }

  post(path: string, body: object = {}): Promise<unknown> {
    return ask(this.#base + path, 'POST', body)
  }

  delete(path = ''): Promise<unknown> {
    return ask(this.#base + path, 'DELETE')
  }

  /** The id of the first element that a selector names. @throws WebDriverError */
  async find(css: string): Promise<string> {
    const found = await this.post('/element', { using: 'css selector', value: css })
    return textAt(found, 'element-6066-11e4-a52e-4f735466cecf')
  }
}

/** @throws WebDriverError */
async function ask(url: string, method: string, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(patienceMs),
    ...(body ? { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } } : {}),
  })
  const json: unknown = await response.json()
  if (!isAnswered(json)) throw new WebDriverError('unknown error', JSON.stringify(json))
  if (!response.ok) throw new WebDriverError(textAt(json.value, 'error'), textAt(json.value, 'message'))
  return json.value
}

/** Starts a program that drives a browser for who speaks the protocol, and waits until it takes commands at its URL. */
export async function startDriver(
  program: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly url: string; readonly driver: DesktopPart }> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const driver = new DesktopPart(program, [`--port=${port}`, '--host=127.0.0.1'], env)
  const isReady = () =>
    ask(`${url}/status`, 'GET').then(
      () => true,
      () => false,
    )
  await until(isReady, () => `The driver takes no commands: ${driver.errors}`)
  return { url, driver }
}
