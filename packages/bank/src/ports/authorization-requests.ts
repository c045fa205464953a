import type { AuthorizationId, AuthorizationStatus, ClientId, CustomerId } from '@lupa/protocol';

/** What the authorization server has to know of an authorization. */
export interface AuthorizationState {
  readonly authorizationId: AuthorizationId;
  readonly clientId: ClientId;
  readonly status: AuthorizationStatus;
  /** The customer at it, or who approved it. */
  readonly customerId: CustomerId | undefined;
  /** In the exemption flow: the family of tokens whose customer it was created for. */
  readonly sourceGrantId: string | undefined;
}

/** What an authorization request refers to, and the single use of what it carries. */
export interface AuthorizationRequests {
  findAuthorization(authorizationId: AuthorizationId): Promise<AuthorizationState | undefined>;
  /**
   * Uses up the client's nonce.
   * @param forgetAfter until when the nonce is remembered
   * @returns false when it was used before; of any number of simultaneous callers one gets true
   */
  useNonce(clientId: ClientId, nonce: string, forgetAfter: Date): Promise<boolean>;
  /** Forgets nonces whose time has passed, at most `limit`. @returns how many */
  purgeNonces(now: Date, limit: number): Promise<number>;
}
