import pino, { type Logger } from 'pino';

/**
 * The bank's log: JSON lines, times in UTC.
 *
 * @param settings level `warn` and stderr unless told otherwise
 */
export function jsonLog(settings: { level?: string; stream?: NodeJS.WritableStream } = {}): Logger {
  const { level = 'warn', stream = process.stderr } = settings;
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream as pino.DestinationStream);
}
