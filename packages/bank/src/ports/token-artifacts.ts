/**
 * Where the authorization server keeps what it issues (codes, tokens, sessions, interactions, grants). Ids are given as
 * they are and stored as SHA-256 only; a payload never repeats its id.
 */
export interface TokenArtifacts {
  save(artifact: Artifact): Promise<void>;
  find(model: string, id: string): Promise<Artifact | undefined>;
  findByUid(model: string, uid: string): Promise<Artifact | undefined>;
  /**
   * Marks the artifact used.
   * @returns false when it already was; of any number of simultaneous callers one gets true
   */
  consume(model: string, id: string, at: Date): Promise<boolean>;
  /** Removes one artifact. */
  remove(model: string, id: string): Promise<void>;
  /** Removes everything issued under the grant, access tokens included, in one transaction. */
  revokeGrant(grantId: string): Promise<void>;
  /** Removes what expired before `before`, at most `limit` of it. */
  purge(before: Date, limit: number): Promise<void>;
}

export interface Artifact {
  readonly model: string;
  readonly id: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly grantId: string | undefined;
  readonly uid: string | undefined;
  readonly expiresAt: Date;
  readonly consumedAt: Date | undefined;
  /** Present for access tokens (`AccessToken`, `ClientCredentials`): what the payments API reads of them. */
  readonly token?: {
    readonly kind: 'client' | 'user' | 'customer' | 'exemption';
    readonly clientId: string;
    readonly certificateThumbprint: string;
    readonly authorizationId: string | undefined;
    readonly customerId: string | undefined;
  };
}
