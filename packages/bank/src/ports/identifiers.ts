/** Randomness, from outside `domain`. */
export interface Identifiers {
  /** A new UUIDv7 in canonical lower-case form: ordered by time, so that indexes grow at one end. */
  uuid(): string;
  /** A new secret of `bytes` random bytes, base64url. */
  secret(bytes: number): string;
  /** A new archive id: the bank's filing reference of a booking, unique in the bank. */
  archiveId(): string;
}
