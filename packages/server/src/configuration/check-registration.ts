import type { RegistrationSettings } from '@lupa/bank';
import { readIssuers } from './read-pem.ts';
import type { Values } from './values.ts';

const SHA256 = /^[0-9a-f]{64}$/;
const AUDIENCE = 'https://op.fi/';

/** How TPPs register themselves: not at all, where no developer key is known. */
export function checkRegistration(values: Values, now: Date): { readonly registration?: RegistrationSettings } {
  const developerKeys = values.list('registration.developerKeys');
  for (const digest of developerKeys) {
    if (!SHA256.test(digest)) {
      values.mistake(
        'registration.developerKeys',
        'One of them is no SHA-256 digest.',
        'Write 64 hexadecimal digits in lower case, as printf %s KEY | sha256sum prints them; never the key itself.',
      );
    }
  }
  const settings = {
    audience: values.text('registration.audience') ?? AUDIENCE,
    maxApplications: values.wholeNumber('registration.maxApplications', { least: 1, most: 10_000, otherwise: 20 }),
    callsPerMinute: values.wholeNumber('registration.callsPerMinute', { least: 1, most: 100_000, otherwise: 60 }),
    ...checkKeyServerIssuers(values, now),
  };
  if (values.given('registration.developerKeys') === undefined) return {};
  return { registration: { ...settings, developerKeys } };
}

function checkKeyServerIssuers(values: Values, now: Date): Pick<RegistrationSettings, 'keyServerIssuers'> {
  const given = values.given('registration.keyServerIssuers');
  if (given === undefined) return {};
  if (values.given('registration.developerKeys') === undefined) {
    values.warning(
      'registration.keyServerIssuers',
      'Nobody registers without registration.developerKeys, so that no key set is fetched: it is without effect.',
      'Say registration.developerKeys as well, or take it out.',
    );
  }
  if (readIssuers(values, 'registration.keyServerIssuers', now) === undefined) return {};
  return { keyServerIssuers: String(given.value) };
}
