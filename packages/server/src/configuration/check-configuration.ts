import type { BankSettings } from '@lupa/bank';
import { checkBank } from './check-bank.ts';
import { checkDatabase } from './check-database.ts';
import { checkKeys } from './check-keys.ts';
import { checkLimits } from './check-limits.ts';
import { checkApi, checkAuthorize } from './check-listeners.ts';
import { checkOperations } from './check-operations.ts';
import { checkProxy } from './check-proxy.ts';
import { checkRegistration } from './check-registration.ts';
import { isMistake, type Problem } from './problem.ts';
import { type ConfigurationSource, readConfiguration } from './read-configuration.ts';
import { Values } from './values.ts';

/** What a server runs with. */
export interface ServerConfiguration {
  readonly bank: BankSettings;
  readonly workers: number;
  readonly drainSeconds: number;
  readonly hangSeconds: number;
  readonly operations: { readonly host: string; readonly port: number };
}

export interface CheckedConfiguration {
  /** Undefined when there is any mistake. */
  readonly configuration: ServerConfiguration | undefined;
  /** Everything that is wrong, and not only the first of it. */
  readonly problems: readonly Problem[];
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/**
 * Reads a configuration and checks the whole of it: what is there, what it says, and whether the parts belong together.
 *
 * @param now what certificates are judged by
 */
export async function checkConfiguration(
  source: ConfigurationSource,
  now: Date = new Date(),
): Promise<CheckedConfiguration> {
  const { given, problems: found } = await readConfiguration(source);
  if (given === undefined) return { configuration: undefined, problems: found };
  const problems = [...found];
  const values = new Values(given, problems);
  const store = checkDatabase(values);
  const api = checkApi(values, now);
  const authorize = checkAuthorize(values, now);
  if (api !== undefined && authorize !== undefined && api.port === authorize.port && api.host === authorize.host) {
    values.mistake('authorize.port', `Both listeners are on port ${api.port}.`, 'Give each a port of its own.');
  }
  const proxy = checkProxy(values, now);
  const secrets = await checkKeys(values, problems);
  const bank = { ...checkBank(values), ...checkRegistration(values, now), ...checkLimits(values) };
  const operations = checkOperations(values);
  const level = values.choice('log.level', LOG_LEVELS, 'info');
  const workers = values.wholeNumber('workers', { least: 1, most: 256, otherwise: 1 });
  const drainSeconds = values.wholeNumber('drainSeconds', { least: 1, most: 3_600, otherwise: 30 });
  const hangSeconds = values.wholeNumber('hangSeconds', { least: 2, most: 3_600, otherwise: 30 });
  const isWhole = store !== undefined && api !== undefined && authorize !== undefined && secrets !== undefined;
  if (!isWhole || problems.some(isMistake)) return { configuration: undefined, problems };
  const { certificate, privateKey, ...authorizeAt } = authorize;
  return {
    configuration: {
      bank: {
        store,
        api,
        authorize: { ...authorizeAt, tls: { certificate, privateKey } },
        ...(proxy === undefined ? {} : { proxy }),
        ...bank,
        ...secrets,
        log: { level },
      },
      workers,
      drainSeconds,
      hangSeconds,
      operations,
    },
    problems,
  };
}
