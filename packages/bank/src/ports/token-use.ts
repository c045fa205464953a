/** Told when an access token that came from a refresh is used for the first time. */
export interface TokenUse {
  /**
   * Ends the refresh token that was given in for the one named, and whatever else was given out for it. Harmless when
   * repeated, or when the grant is gone.
   * @param unconfirmedRefresh what the access token's record says
   */
  confirm(unconfirmedRefresh: string): Promise<void>;
}
