/** A revocation list as it was last fetched, by this process or another one of this bank. */
export interface StoredRevocationList {
  /** SHA-256 of the list. */
  readonly digest: Uint8Array;
  /** When somebody last fetched it and found it as it is. */
  readonly fetched: Date;
}

/** Where the last good revocation lists lie, for a restart and for the bank's other processes. */
export interface RevocationListStore {
  /** @param listId names the place a list is fetched from and the issuer it is of */
  find(listId: string): Promise<StoredRevocationList | undefined>;
  /** @returns the list in DER */
  read(listId: string): Promise<Uint8Array | undefined>;
  /** Keeps a list; one that is older than the stored one by its own word leaves that in place. */
  save(list: {
    readonly listId: string;
    readonly url: string;
    readonly digest: Uint8Array;
    readonly der: Uint8Array;
    readonly thisUpdate: Date;
    readonly fetched: Date;
  }): Promise<void>;
  /** Notes that the stored list was fetched again and is still the same. */
  confirm(listId: string, digest: Uint8Array, fetched: Date): Promise<void>;
}
