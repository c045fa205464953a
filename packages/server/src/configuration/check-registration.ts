import type { BankSettings } from '@lupa/bank';
import { MEMBERS, type MemberPath } from './members.ts';
import { readCertificates } from './read-pem.ts';
import type { Values } from './values.ts';

const PATHS = MEMBERS.map(({ path }): MemberPath => path).filter((path) => path.startsWith('registration.'));
const SHA256 = /^[0-9a-f]{64}$/;

/** How TPPs register themselves (contract §10); where nothing is said of it, they cannot. */
export function checkRegistration(values: Values, now: Date): BankSettings['registration'] {
  if (PATHS.every((path) => values.given(path) === undefined)) return undefined;
  const audience = values.text('registration.audience');
  const issuers =
    values.given('registration.keyServerIssuers') && readCertificates(values, 'registration.keyServerIssuers', now);
  return {
    developerKeys: checkDeveloperKeys(values),
    maxApplications: values.wholeNumber('registration.maxApplications', { least: 1, most: 10_000, otherwise: 20 }),
    callsPerMinute: values.wholeNumber('registration.callsPerMinute', { least: 1, most: 100_000, otherwise: 60 }),
    ...(audience === undefined ? {} : { audience }),
    ...(issuers === undefined ? {} : { keyServerIssuers: issuers.map(String).join('') }),
  };
}

function checkDeveloperKeys(values: Values): readonly string[] {
  const path = 'registration.developerKeys';
  if (values.given(path) === undefined) values.missing(path);
  const digests = values.list(path);
  for (const digest of digests) {
    if (SHA256.test(digest)) continue;
    // It may be a key itself, so it is not repeated.
    const what =
      digest === 'any' ? 'It takes any key, as a sandbox does.' : 'It holds something that is no SHA-256 digest.';
    values.mistake(path, what, 'Write the digest of each key you gave out: printf %s "$KEY" | sha256sum');
  }
  return digests;
}
