import type { ClientSettings, DiscoverySettings } from '../settings.ts';
import { TppError } from '../tpp-error.ts';
import type { LineOptions } from '../wire/line.ts';
import { readRegistrationDirectory } from './read-directory.ts';

/** What `Tpp.fromDirectory` takes beside the directory. */
export interface DirectoryOptions extends LineOptions, Pick<DiscoverySettings, 'endpoints' | 'signal'> {
  /** The issuer; by default the one in the directory's `bank.json`. */
  readonly bank?: string;
  /** One of those registered; by default the first. */
  readonly redirectUri?: ClientSettings['redirectUri'];
}

/** The settings that a directory holds, for `Tpp.discover`. @throws TppError SETTINGS_INVALID */
export async function settingsFromDirectory(
  directory: string,
  { bank, redirectUri, endpoints, ...others }: DirectoryOptions,
): Promise<DiscoverySettings> {
  const kept = await readRegistrationDirectory(directory, redirectUri);
  const issuer = bank ?? kept.bank;
  if (issuer === undefined) {
    const detail = `${directory} has no bank.json, and no bank is given: say Tpp.fromDirectory(directory, { bank: 'http://localhost:8080' })`;
    throw new TppError('SETTINGS_INVALID', { detail });
  }
  return { ...kept.client, ...others, bank: issuer, endpoints: { ...kept.endpoints, ...endpoints } };
}
