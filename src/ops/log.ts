import { type DestinationStream, type LevelWithSilent, type Logger, pino, stdTimeFunctions } from 'pino'
import { describeError } from './error-log.js'
import { censor, forbiddenNames, redact } from './redaction.js'

/**
 * The log: one JSON object a line. It never holds a message, a password, a token, a cookie or an e-mail address. A
 * logged object is redacted at any depth (see `redact`), what is bound to a child logger at its first level. The text
 * of a line is always the same words.
 * @param destination where lines are written; standard output by default
 */
export function createLog(level: LevelWithSilent, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    // For child loggers, whose bindings bypass the formatters.
    redact: { paths: forbiddenNames.map(name => `["${name}"]`), censor: censor },
    serializers: { err: (value: unknown) => (value instanceof Error ? describeError(value) : value) },
    formatters: {
      level: (label: string) => ({ level: label }),
      log: redact,
    },
    hooks: {
      // Of an error logged without text, pino would log the message, which may quote what people wrote.
      logMethod(this: Logger, args: Parameters<Logger['info']>, method: Logger['info']) {
        const [first, text, ...rest] = args
        const line = first instanceof Error ? { err: first } : first
        const isWordless = typeof line === 'object' && line !== null && 'err' in line && text === undefined
        if (isWordless) method.call(this, line, 'error')
        else if (line === first) method.apply(this, args)
        else method.apply(this, [line, text, ...rest])
      },
    },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}
