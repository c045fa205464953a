import { DEFAULT_FLOW_SCOPE, LupaError, RegistrationRefused } from '@lupa/protocol';
import type { CertificateTrust } from '../ports/certificate-trust.ts';
import type { Client } from '../ports/clients.ts';
import type { Clock } from '../ports/clock.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { OutsideDocuments } from '../ports/outside-documents.ts';
import type { AuditEvent } from '../ports/records.ts';
import type { Registrations } from '../ports/registrations.ts';

/** What the bank asks of whoever registers. */
export interface RegistrationRules {
  /** `aud` of registration JWTs. */
  readonly audience: string;
  /** SHA-256 of each key the bank's developer portal gave out, in hexadecimal; in a sandbox `any` key that is not empty. */
  readonly developerKeys: 'any' | ReadonlySet<string>;
  /** Applications one organisation may have at a time. */
  readonly maxApplications: number;
}

/** What registering takes. */
export interface RegistrationBank {
  readonly registrations: Registrations;
  readonly trust: CertificateTrust;
  readonly documents: OutsideDocuments;
  readonly rules: RegistrationRules;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  /** Counts a call of the organisation. @throws LupaError TOO_MANY_REQUESTS when it is one too many */
  readonly takeTry: (organisationId: string) => Promise<void>;
}

/** An event of a client's registration for the audit trail. `details` never hold a token, a secret or a key. */
export function registrationAudit(
  { identifiers }: Pick<RegistrationBank, 'identifiers'>,
  what: {
    readonly event: string;
    readonly clientId: Client['clientId'];
    readonly at: Date;
    readonly requestId: string;
    readonly details: Readonly<Record<string, unknown>>;
  },
): AuditEvent {
  return { eventId: identifiers.uuid(), authorizationId: undefined, customerId: undefined, ...what };
}

/** Runs one step whose faults of form have codes of the payments API, and tells them under a check of registration. */
export function underCheck<T>(check: RegistrationRefused['check'], what: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof LupaError)) throw error;
    throw new RegistrationRefused(check, `${what}: ${error.description ?? error.message}.`);
  }
}

/** What a client may be granted: the same for all. */
export const REGISTERED_SCOPE = DEFAULT_FLOW_SCOPE;
