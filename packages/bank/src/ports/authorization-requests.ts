/** Single use of what an authorization request carries. */
export interface AuthorizationRequests {
  /**
   * Uses up the client's nonce.
   * @returns false when it was used before; of any number of simultaneous callers one gets true
   */
  useNonce(clientId: string, nonce: string, expiresAt: Date): Promise<boolean>;
}
