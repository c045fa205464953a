/** How passwords are kept and compared. */
export interface Passwords {
  /** @returns what `Customer.passwordHash` holds: `scrypt$N$r$p$salt$hash` */
  hash(password: string): Promise<string>;
  /**
   * Compares in constant time, and does the same work when there is nothing to compare with, so that the time an answer
   * takes tells nobody which usernames exist.
   *
   * @param passwordHash the customer's; undefined for a username that belongs to nobody
   */
  verify(password: string, passwordHash: string | undefined): Promise<boolean>;
}
