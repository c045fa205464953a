import { isIP } from 'node:net';
import type { Values } from './values.ts';

const LOOPBACK = /^(?:127\.|::1$|localhost$)/;

/** Where the operator asks how the server is. It answers whoever asks, so it must not be reachable from elsewhere. */
export function checkOperations(values: Values): { readonly host: string; readonly port: number } {
  const host = values.text('operations.host') ?? '127.0.0.1';
  if (!LOOPBACK.test(host) || (host !== 'localhost' && isIP(host) === 0)) {
    values.mistake(
      'operations.host',
      `${host} is no loopback address, and whoever reaches this listener reads the figures.`,
      'Write 127.0.0.1 or ::1, and let a collector on this machine pass the figures on.',
    );
  }
  return { host, port: values.wholeNumber('operations.port', { least: 0, most: 65_535, otherwise: 8_445 }) };
}
