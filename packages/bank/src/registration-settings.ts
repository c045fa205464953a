import { DEFAULT_REGISTRATION_AUDIENCE } from '@lupa/protocol';
import type { FetchException } from './adapters/guarded-fetch.ts';
import type { Rate } from './domain/rate-window.ts';
import type { RegistrationRules } from './operations/registration-bank.ts';

/** How TPPs register themselves (contract §10). */
export interface RegistrationSettings {
  /** `aud` of registration JWTs; `https://op.fi/` when absent. */
  readonly audience?: string;
  /**
   * Which developer keys (`x-api-key`) may register: `any` that is not empty, for a sandbox; elsewhere the SHA-256 of each that the
   * bank's developer portal gave out, in hexadecimal.
   */
  readonly developerKeys: 'any' | readonly string[];
  /** Applications one organisation may have at a time; 20 when absent. */
  readonly maxApplications?: number;
  /** Calls of one organisation a minute, over all processes; 60 when absent. */
  readonly callsPerMinute?: number;
  /** Key sets are fetched from public addresses only; these may be elsewhere. */
  readonly exceptions?: readonly FetchException[];
  /** PEM: issuers trusted for the servers of key sets, instead of the system's. */
  readonly keyServerIssuers?: string;
}

const MAX_APPLICATIONS = 20;
const CALLS_PER_MINUTE = 60;
const SHA256 = /^[0-9a-f]{64}$/;

/** @throws RangeError when a setting is out of its limits; TypeError when a developer key is not given as its digest */
export function registrationRules(settings: RegistrationSettings): RegistrationRules {
  const { audience = DEFAULT_REGISTRATION_AUDIENCE, developerKeys, maxApplications = MAX_APPLICATIONS } = settings;
  if (audience === '') throw new RangeError('registration.audience must not be empty');
  if (!Number.isSafeInteger(maxApplications) || maxApplications < 1) {
    throw new RangeError('registration.maxApplications must be a whole number from 1');
  }
  if (developerKeys !== 'any' && !developerKeys.every((digest) => SHA256.test(digest))) {
    throw new TypeError('registration.developerKeys must be SHA-256 digests of 64 hexadecimal digits in lower case');
  }
  return { audience, maxApplications, developerKeys: developerKeys === 'any' ? 'any' : new Set(developerKeys) };
}

/** How often one organisation may call about its registrations. */
export function registrationRate({ callsPerMinute = CALLS_PER_MINUTE }: Partial<RegistrationSettings> = {}): Rate {
  return { times: callsPerMinute, windowSeconds: 60 };
}
