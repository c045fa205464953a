/** Told when an access token that came from a refresh is used for the first time. */
export interface TokenUse {
  /** Ends the refresh token that the given refresh superseded. Harmless when repeated. */
  confirm(unconfirmedRefresh: string): Promise<void>;
}
