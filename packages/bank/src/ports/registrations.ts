import type { ClientId } from '@lupa/protocol';
import type { Client, ClientRegistration, NewClient } from './clients.ts';
import type { AuditEvent } from './records.ts';

/** A registration whose every check has passed but those that only the store can make. */
export interface NewRegistration {
  readonly client: NewClient & {
    readonly registration: Pick<
      ClientRegistration,
      'softwareId' | 'tokenDigest' | 'jwksEndpoint' | 'jwksRevokedEndpoint'
    >;
  };
  /** Good for one registration of the organisation. */
  readonly jti: string;
  /** When the registration JWT has expired, and its `jti` may be forgotten. */
  readonly forgetJtiAfter: Date;
  /** Applications one organisation may have. */
  readonly maxApplications: number;
  readonly audit: AuditEvent;
}

export type RegistrationOutcome = 'registered' | 'jti-used' | 'too-many';

/** What a client may change of itself. */
export interface ClientChange extends Pick<Client, 'clientName' | 'redirectUris' | 'certificateThumbprint'> {
  readonly grantTypes: readonly string[];
  /** Present where the key set moved: the new place, and the very set that was judged. */
  readonly keySet?: FetchedKeySet;
}

/** A key set that was fetched and judged. */
export interface FetchedKeySet extends Pick<ClientRegistration, 'jwksEndpoint' | 'jwksRevokedEndpoint'> {
  readonly jwks: Client['jwks'];
  readonly fetched: Date;
}

/** Clients that registered themselves, and what becomes of them. Each change is one transaction with its line of the audit trail. */
export interface Registrations {
  /** As the store has it this moment, remembered by nobody. */
  current(clientId: string): Promise<Client | undefined>;
  /** Adds the client, or nothing at all. */
  register(registration: NewRegistration): Promise<RegistrationOutcome>;
  /** @returns whether the client was still there */
  change(clientId: ClientId, change: ClientChange, audit: AuditEvent): Promise<boolean>;
  /**
   * Replaces the secret. The one that was last used stays good until `previousUntil`: that is the present one, or where the present
   * one was never used, the one before it.
   *
   * @returns whether the client was still there
   */
  rotateSecret(
    clientId: ClientId,
    secret: { readonly digest: Uint8Array; readonly at: Date; readonly previousUntil: Date },
    audit: AuditEvent,
  ): Promise<boolean>;
  /** The new secret was used: the one before it ends. Harmless when repeated. */
  confirmSecret(clientId: ClientId, secretDigest: Uint8Array): Promise<void>;
  /** Ends the client and its access tokens. @returns whether it was still there */
  end(clientId: ClientId, audit: AuditEvent): Promise<boolean>;
  /**
   * Takes the right to fetch the client's keys: of all processes of this bank one gets it.
   *
   * @param askedBefore nobody gets it while they were asked for at or after this
   */
  askForKeys(clientId: ClientId, at: Date, askedBefore: Date): Promise<boolean>;
  /**
   * Keeps the keys, unless the client has moved its key set meanwhile.
   *
   * @param audit the line of the audit trail, where they have changed
   */
  keepKeys(clientId: ClientId, keySet: FetchedKeySet, audit: AuditEvent | undefined): Promise<void>;
  /** Forgets the ids of registration JWTs that expired before `before`, at most `limit`. @returns how many */
  purgeJtis(before: Date, limit: number): Promise<number>;
}
